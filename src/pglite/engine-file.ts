import { randomBytes } from "node:crypto"
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const name = "engine.json"
/** A file of ours has some hundred bytes; whatever is larger is not ours. */
const fileMaxBytes = 64 * 1024
/** How often the holder must touch its file, and how long another machine's file counts without that. */
const touchEveryMs = 5000
const silenceMaxMs = 20_000

/** Which process runs in a directory, where it listens, and what proves that one may ask it for everything. */
export const EngineFileContent = Schema.Struct({
  pid: Schema.Int,
  host: Schema.String,
  /** When the process began, by its system; tells a process from a later one with its number. */
  processBegan: Schema.NullOr(Schema.String),
  startedAt: Schema.String,
  /** Null until it listens. */
  url: Schema.NullOr(Schema.String),
  token: Schema.String
})
export type EngineFileContent = typeof EngineFileContent.Type

/** A living process has the directory; it can be stopped, or another directory be used. */
export class EngineRuns extends Schema.TaggedError<EngineRuns>()("EngineRuns", {
  pid: Schema.Int,
  url: Schema.NullOr(Schema.String),
  message: Schema.String
}) {}

/** The directory can't be used at all. */
export class WrongDirectory extends Schema.TaggedError<WrongDirectory>()("WrongDirectory", {
  message: Schema.String
}) {}

/** The file of this process, held until `release`. */
export interface EngineFile {
  /** What an administrator's requests carry; new in every process. */
  readonly token: string
  /** Tells others where we listen. */
  readonly announce: (url: string) => void
  readonly release: () => void
}

/** Takes the directory for this process; a file that a dead process left is taken over. */
export const takeDirectory = (dir: string): Effect.Effect<EngineFile, EngineRuns | WrongDirectory> =>
  Effect.suspend((): Effect.Effect<EngineFile, EngineRuns | WrongDirectory> => {
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 })
      const holder = take(dir, contentOfThisProcess())
      return "holder" in holder ? Effect.fail(runs(dir, holder.holder)) : Effect.succeed(holder)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      return Effect.fail(new WrongDirectory({ message: `${dir} can't be used: ${why}` }))
    }
  })

/** The process that runs in the directory; undefined when there is none, or only a dead one's file. */
export const findRunningEngine = (dir: string): EngineFileContent | undefined => {
  const path = join(dir, name)
  const found = read(path)
  return found !== undefined && isAlive(found, path) ? found : undefined
}

const runs = (dir: string, { pid, url }: EngineFileContent) =>
  new EngineRuns({
    pid,
    url,
    message: `centurion already runs in ${dir} as process ${pid}${url === null ? "" : ` at ${url}`}; stop it, or set CENTURION_DIR to another directory`
  })

const contentOfThisProcess = (): EngineFileContent => ({
  pid: process.pid,
  host: hostname(),
  processBegan: beganOf(process.pid),
  startedAt: new Date().toISOString(),
  url: null,
  token: randomBytes(32).toString("base64url")
})

const beganOf = (pid: number): string | null => {
  const process = processOf(pid)
  return typeof process === "object" ? process.began : null
}

const take = (dir: string, mine: EngineFileContent): EngineFile | { readonly holder: EngineFileContent } => {
  const path = join(dir, name)
  while (!place(dir, mine, (draft) => linkSync(draft, path))) {
    const holder = read(path)
    if (holder !== undefined && isAlive(holder, path)) return { holder }
    putAway(path)
  }
  const isMine = () => read(path)?.token === mine.token
  const touch = setInterval(() => {
    const now = new Date()
    if (isMine()) utimesSync(path, now, now)
  }, touchEveryMs).unref()
  return {
    token: mine.token,
    announce: (url) => {
      if (isMine()) place(dir, { ...mine, url }, (draft) => renameSync(draft, path))
    },
    release: () => {
      clearInterval(touch)
      if (isMine()) rmSync(path, { force: true })
    }
  }
}

/** Writes a draft beside the file and puts it in its place in one step; false when the place was not free. */
const place = (dir: string, content: EngineFileContent, put: (draft: string) => void): boolean => {
  const draft = join(dir, `${name}.${randomBytes(6).toString("hex")}`)
  writeFileSync(draft, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: "wx" })
  try {
    put(draft)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Takes a dead process's file away; of several that try it, one does. */
const putAway = (path: string): void => {
  const away = `${path}.${randomBytes(6).toString("hex")}`
  try {
    renameSync(path, away)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return
    throw error
  }
  const taken = read(away)
  try {
    // Another took the directory between our look and our hand: it gets its file back.
    if (taken !== undefined && isAlive(taken, away)) linkSync(away, path)
  } finally {
    unlinkSync(away)
  }
}

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(EngineFileContent))

const read = (path: string): EngineFileContent | undefined => {
  try {
    return statSync(path).size > fileMaxBytes ? undefined : decode(readFileSync(path, "utf8"))
  } catch {
    return undefined
  }
}

const isAlive = (content: EngineFileContent, path: string): boolean => {
  // Another machine's or container's numbers say nothing here; that it goes on touching the file does.
  if (content.host !== hostname()) return Date.now() - statSync(path).mtimeMs < silenceMaxMs
  if (content.pid !== process.pid && !hasProcess(content.pid)) return false
  const now = processOf(content.pid)
  if (now === "ended") return false
  return now === undefined || content.processBegan === null || content.processBegan === now.began
}

const hasProcess = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** Linux tells when a process began, in ticks since the machine's start; undefined where that can't be known. */
const processOf = (pid: number): { readonly began: string } | "ended" | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    // Killed, and its parent has not looked yet.
    if (state === "Z") return "ended"
    return { began: rest[18] ?? "" }
  } catch {
    return undefined
  }
}
