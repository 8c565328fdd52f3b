import { execFile } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { MasterKeys, masterKeyOf } from "../../../eventstore/personal/master-keys.ts"
import { Secrets } from "../../../eventstore/personal/secrets.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { defaultSettings, type SettingValues } from "../../../src/config.ts"
import { masterKeysLayer, readMasterKey, readMasterKeys } from "../../../src/wiring/set-up-master-key.ts"

const key = Buffer.from(Array.from({ length: 32 }, (_, n) => 251 - n))
const other = Buffer.alloc(32, 9)
const base64 = key.toString("base64")
const id = masterKeyOf(key).id
const otherId = masterKeyOf(other).id

describe("a master key as text", () => {
  it.each([
    ["base64", base64],
    ["base64 without its end", base64.replace("=", "")],
    ["base64 for addresses", key.toString("base64url")],
    ["hex", key.toString("hex")],
    ["hex in capitals", key.toString("hex").toUpperCase()],
    ["a line of a file", `  ${base64}\r\n`]
  ])("is read from %s", (_, text) => {
    expect(readMasterKey(text)).toEqual(key)
  })

  it.each([
    ["nothing", ""],
    ["words", "correct horse battery staple"],
    ["31 bytes", key.subarray(1).toString("base64")],
    ["33 bytes", Buffer.concat([key, key.subarray(31)]).toString("base64")],
    ["31 bytes as hex", key.subarray(1).toString("hex")],
    ["hex with a letter too many", `${key.toString("hex")}0`],
    ["two keys", `${base64}\n${base64}`]
  ])("is not read from %s", (_, text) => {
    expect(readMasterKey(text)).toBeUndefined()
  })
})

/** A process that makes the key in this directory, and prints its id last. */
const makingIn = (dir: string) => {
  const script = `
    import * as Effect from "effect/Effect"
    import { defaultSettings } from "./src/config.ts"
    import { readMasterKeys } from "./src/wiring/set-up-master-key.ts"
    const { current } = await Effect.runPromise(readMasterKeys({ ...defaultSettings, dir: ${JSON.stringify(dir)} }, true))
    console.log(current.id)`
  const cwd = join(import.meta.dirname, "../../..")
  return [process.execPath, ["--input-type=module", "--eval", script], { cwd }] as const
}

describe("the master keys of the settings", () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "centurion-key-"))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  /** What came of reading them: ids or what is wrong, and the lines that were logged. */
  const read = async (own: Partial<SettingValues>, make = false) => {
    const logs: Array<string> = []
    const logger = Logger.layer([Logger.map(Logger.formatJson, (line) => void logs.push(line))])
    const settings = { ...defaultSettings, dir, ...own }
    const keys = await Effect.runPromise(
      Effect.result(readMasterKeys(settings, make)).pipe(Effect.provide(logger))
    )
    return keys._tag === "Failure"
      ? { wrong: keys.failure.message, logs }
      : { current: keys.success.current?.id, former: keys.success.former.map((each) => each.id), logs }
  }
  const file = () => join(dir, "master.key")
  const secret = (text: string) => Redacted.make(text)

  it.each([
    ["base64", base64],
    ["hex", key.toString("hex")]
  ])("are of the environment before any file, as %s", async (_, text) => {
    writeFileSync(file(), other.toString("base64"))
    expect(await read({ masterKey: secret(text) })).toEqual({ current: id, former: [], logs: [] })
  })

  it("say what is wrong with the environment's, and never what it is", async () => {
    const { wrong } = await read({ masterKey: secret("hunter2") }, true)
    expect(wrong).toBe(
      "CENTURION_MASTER_KEY holds no master key: it must be 32 bytes as base64 or as 64 hex digits, such as `openssl rand -base64 32` gives"
    )
    expect(existsSync(file())).toBe(false)
  })

  it("are of the file that was named, and of the directory's own where none was", async () => {
    const named = join(dir, "named.key")
    writeFileSync(named, `${base64}\n`)
    writeFileSync(file(), other.toString("hex"))
    expect(await read({ masterKeyFile: named })).toMatchObject({ current: id })
    expect(await read({})).toMatchObject({ current: otherId })
  })

  it("are not made in place of a file that was named and is missing, cut short or unreadable", async () => {
    const named = join(dir, "named.key")
    expect(await read({ masterKeyFile: named }, true)).toEqual({
      wrong: `CENTURION_MASTER_KEY_FILE is ${named}, and no such file is there`,
      logs: []
    })
    writeFileSync(named, base64.slice(0, 20))
    expect(await read({ masterKeyFile: named }, true)).toMatchObject({
      wrong: expect.stringMatching(`^${named} holds no master key: it must be 32 bytes`)
    })
    expect((await read({ masterKeyFile: named }, true)).wrong).not.toContain(base64.slice(0, 20))
    expect(readFileSync(named, "utf8")).toBe(base64.slice(0, 20))
    rmSync(named)
    mkdirSync(named)
    expect(await read({ masterKeyFile: named }, true)).toMatchObject({
      wrong: expect.stringMatching(`^the master key in ${named} can't be read: .*EISDIR`)
    })
  })

  it("are made once for development, for their owner's eyes alone, with a warning that does not show them", async () => {
    const inside = join(dir, "new", "deep")
    const first = await read({ dir: inside }, true)
    expect(statSync(join(inside, "master.key")).mode & 0o777).toBe(0o600)
    const text = readFileSync(join(inside, "master.key"), "utf8")
    expect(first.current).toBe(masterKeyOf(readMasterKey(text)!).id)
    expect(first.logs).toHaveLength(1)
    expect(first.logs[0]).toContain("WARN")
    expect(first.logs[0]).toContain(`a master key for development was made in ${join(inside, "master.key")}`)
    expect(first.logs[0]).not.toContain(text.trim())
    expect(await read({ dir: inside }, true)).toEqual({ ...first, logs: [] })
    expect(await read({ dir: inside }, false)).toEqual({ ...first, logs: [] })
    expect(readdirSync(inside)).toEqual(["master.key"])
    expect((await read({ dir: join(dir, "elsewhere") }, true)).current).not.toBe(first.current)
  })

  it("are one key when several processes make it at once", async () => {
    const several = await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(...makingIn(dir))))
    const ids = several.map(({ stdout }) => stdout.trim().split("\n").at(-1))
    expect(new Set(ids)).toEqual(new Set([(await read({})).current]))
    const told = several.filter(({ stdout }) => stdout.includes("a master key for development was made"))
    expect(told).toHaveLength(1)
    expect(readdirSync(dir)).toEqual(["master.key"])
  })

  it("are not made where nothing can be written, and the reason is said", async () => {
    writeFileSync(join(dir, "a-file"), "")
    expect(await read({ dir: join(dir, "a-file") }, true)).toMatchObject({
      wrong: expect.stringMatching(/^no master key can be made in .*a-file\/master\.key: .*EEXIST/)
    })
  })

  it("are none for whoever only looks where there is none, and nothing is written", async () => {
    expect(await read({})).toEqual({ current: undefined, former: [], logs: [] })
    expect(readdirSync(dir)).toEqual([])
  })

  it("have former ones after them, each of which must be one", async () => {
    const former = `${other.toString("hex")}, ${Buffer.alloc(32, 3).toString("base64")},`
    expect(await read({ masterKey: secret(base64), oldMasterKeys: secret(former) })).toMatchObject({
      current: id,
      former: [otherId, masterKeyOf(Buffer.alloc(32, 3)).id]
    })
    const half = secret(`${base64},${base64.slice(0, 9)}`)
    expect(await read({ masterKey: secret(base64), oldMasterKeys: half })).toMatchObject({
      wrong: expect.stringMatching(/^CENTURION_MASTER_KEY_OLD holds no master key/)
    })
  })

  it("wrap nothing where none is given, not even by a former one", async () => {
    const settings = { ...defaultSettings, dir, oldMasterKeys: secret(base64) }
    const asked: Array<string> = []
    const store = Layer.succeed(
      SubjectStore,
      new Proxy({} as SubjectStore["Service"], {
        get: (_, name) => () => Effect.sync(() => asked.push(String(name)))
      })
    )
    const outcome = await Effect.runPromise(
      Effect.gen(function* () {
        const masters = yield* MasterKeys
        expect(() => masters.wrap("x", other)).toThrow("no master key is given")
        return yield* Effect.result(Effect.flatMap(Secrets, ({ take }) => take("acme", "blind index")))
      }).pipe(
        Effect.provide(
          Secrets.layer.pipe(Layer.provide(store), Layer.provideMerge(masterKeysLayer(settings, false)))
        )
      )
    )
    expect(outcome).toMatchObject({
      _tag: "Failure",
      failure: { _tag: "WrongMasterKey", message: expect.stringMatching(/^no master key is given/) }
    })
    expect(asked).toEqual([])
  })
})
