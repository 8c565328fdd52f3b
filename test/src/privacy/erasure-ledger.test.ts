import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { eraseReturned, erasureLedger, erasureLedgerFile } from "../../../src/privacy/erasure-ledger.ts"
import { databases } from "../../databases.ts"
import { type OpenSubjects, openSubjects } from "./open-subjects.ts"

const at = 1_767_614_400_000

describe.each(databases)("the ledger of erasures on $name", (kind) => {
  let subjects: OpenSubjects
  let directory: string
  let file: string
  beforeAll(async () => {
    subjects = await openSubjects(kind)
  })
  afterAll(() => subjects?.close())
  beforeEach(async () => {
    await subjects.database.clear()
    directory = mkdtempSync(join(tmpdir(), "centurion-ledger-"))
    file = join(directory, "anchors", "erasures.ndjson")
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  const write = (company: string, subject: string) =>
    subjects.run(
      Effect.gen(function* () {
        return yield* erasureLedger(file, yield* SubjectStore, () => at).erase(company, subject, [])
      })
    )
  const lines = () =>
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "")
  /** Erases as the engine does, and gives what a restored backup brings back. */
  const erase = async (company: string, subject: string) => {
    const [row] = await subjects.database.admin(
      "select wrapped from es.subject where company = $1 and subject = $2",
      [company, subject]
    )
    await write(company, subject)
    await subjects.database.admin("update es.subject_stream set erased_at = now() where subject = $1", [
      subject
    ])
    await subjects.database.admin("select es.destroy_subject($1, $2)", [company, subject])
    return () =>
      subjects.database.admin(
        "update es.subject set wrapped = $3, erased_at = null where company = $1 and subject = $2",
        [company, subject, row![0]]
      )
  }

  it("has a line for each person, once, that says nothing about them", async () => {
    const acme = await subjects.company("acme")
    const keyId = await subjects.person(acme, "lead/1", {})
    const other = await subjects.person(acme, "lead/2", {})
    for (const subject of ["lead/1", "lead/1", "lead/2", "lead/1"]) {
      expect(await write("acme", subject)).toBe(0)
    }
    expect(lines().map((line) => JSON.parse(line))).toEqual([
      { company: "acme", subject: "lead/1", keyId, at },
      { company: "acme", subject: "lead/2", keyId: other, at }
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it("is not written for a stranger, nor for whoever has no key any more", async () => {
    const acme = await subjects.company("acme")
    await subjects.person(acme, "lead/1", {})
    await erase("acme", "lead/1")
    await write("acme", "lead/1")
    await write("acme", "lead/stranger")
    expect(lines()).toHaveLength(1)
  })

  it("asks for nobody while those it names are gone, and again for whom a backup brought back", async () => {
    const acme = await subjects.company("acme")
    for (const subject of ["lead/1", "lead/2", "lead/3"]) await subjects.person(acme, subject, {})
    const restore = await erase("acme", "lead/1")
    await erase("acme", "lead/2")
    expect(await subjects.run(eraseReturned(file))).toBe(0)
    await restore()
    expect(await subjects.run(eraseReturned(file))).toBe(1)
    const reason = "erased before, and brought back by a restored backup"
    expect(await subjects.requests()).toEqual([["acme", "lead/1", "engine", reason]])
    // Started again before it was done, it is the same request.
    expect(await subjects.run(eraseReturned(file))).toBe(1)
    expect(await subjects.requests()).toHaveLength(1)
  })

  it("means nobody of another database who is called the same", async () => {
    const acme = await subjects.company("acme")
    await subjects.person(acme, "lead/1", {})
    await erase("acme", "lead/1")
    await subjects.database.clear()
    await subjects.person(await subjects.company("acme"), "lead/1", {})
    expect(await subjects.run(eraseReturned(file))).toBe(0)
  })

  it("passes over a line that a crash cut off, and the next one is not part of it", async () => {
    const acme = await subjects.company("acme")
    for (const subject of ["lead/1", "lead/2", "lead/3"]) await subjects.person(acme, subject, {})
    const restores = [await erase("acme", "lead/1")]
    appendFileSync(file, '{"company":"acme","subject":"lead/9","key')
    restores.push(await erase("acme", "lead/2"))
    for (const restore of restores) await restore()
    expect(await subjects.run(eraseReturned(file))).toBe(2)
    expect((await subjects.requests()).map(([, subject]) => subject)).toEqual(["lead/1", "lead/2"])
  })

  it("leaves whoever is back and under legal hold, and goes on with the others", async () => {
    const acme = await subjects.company("acme")
    for (const subject of ["lead/1", "lead/2"]) {
      await subjects.person(acme, subject, {})
      await (await erase("acme", subject))()
    }
    await subjects.database.admin("select es.set_hold('acme', 'lead/1', 'person:bia', 'case 118')")
    expect(await subjects.run(eraseReturned(file))).toBe(1)
    expect((await subjects.requests()).map(([, subject]) => subject)).toEqual(["lead/2"])
  })

  it("names the file that can't be written or read", async () => {
    const acme = await subjects.company("acme")
    await subjects.person(acme, "lead/1", {})
    mkdirSync(file, { recursive: true })
    const wrong = [
      subjects.run(Effect.flip(eraseReturned(file))),
      subjects.run(
        Effect.gen(function* () {
          const ledger = erasureLedger(file, yield* SubjectStore, () => at)
          return yield* Effect.flip(ledger.erase("acme", "lead/1", []))
        })
      )
    ]
    for (const { message } of await Promise.all(wrong)) {
      expect(message).toContain(`the ledger of erasures ${file}: Error: EISDIR`)
    }
  })

  it("is nobody's before the first erasure", async () => {
    expect(await subjects.run(eraseReturned(file))).toBe(0)
  })
})

describe("the place of the ledger", () => {
  it.each([
    [{ dir: "/data", anchorDir: undefined }, "/data/anchors/erasures.ndjson"],
    [{ dir: "/data", anchorDir: "/far" }, "/far/erasures.ndjson"]
  ])("is among the anchors, whatever the database is called: %j", (settings, file) => {
    expect(erasureLedgerFile(settings)).toBe(file)
  })
})
