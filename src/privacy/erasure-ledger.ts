import { randomBytes } from "node:crypto"
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ErasureTarget } from "../../actors/engine/erasures.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"

/** A person that was erased: their random id, and that of their key, by which no person of another database is meant. */
const Line = Schema.Struct({
  company: Schema.String,
  subject: Schema.String,
  keyId: Schema.String,
  at: Schema.Number
})
type Line = typeof Line.Type
const decodeLine = Schema.decodeUnknownOption(Schema.fromJsonString(Line))

/**
 * The list of who was erased, among the anchors: outside the database, so that a restored backup can't undo it, and
 * the same for all databases of an installation, since a backup may be restored under another name.
 */
export const erasureLedgerFile = ({
  dir,
  anchorDir
}: {
  readonly dir: string
  readonly anchorDir: string | undefined
}): string => join(anchorDir ?? join(dir, "anchors"), "erasures.ndjson")

/** The ledger can't be read or written. */
class LedgerFailed extends Schema.TaggedError<LedgerFailed>()("LedgerFailed", { message: Schema.String }) {}

const onFile = <A>(file: string, work: () => A) =>
  Effect.try({
    try: work,
    catch: (cause) => new LedgerFailed({ message: `the ledger of erasures ${file}: ${cause}` })
  })

/** A line that a crash cut off is no line: its erasure was not finished, and its request is still there. */
const readLines = (file: string): ReadonlyArray<Line> =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .flatMap((line) => {
          const decoded = decodeLine(line)
          return decoded._tag === "Some" ? [decoded.value] : []
        })
    : []

const append = (file: string, line: string) => {
  mkdirSync(dirname(file), { recursive: true })
  const handle = openSync(file, "a+", 0o600)
  try {
    const { size } = fstatSync(handle)
    const last = Buffer.alloc(1)
    if (size > 0) readSync(handle, last, 0, 1, size - 1)
    // After a line that a crash cut off, ours must not become part of it.
    writeFileSync(handle, size === 0 || last.toString() === "\n" ? line : `\n${line}`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  const directory = openSync(dirname(file), "r")
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/** Writes down who was erased, before the key is destroyed; each person once. `now` gives epoch ms. */
export const erasureLedger = (
  file: string,
  subjects: SubjectStore["Service"],
  now: () => number
): ErasureTarget => ({
  name: "written in the ledger",
  erase: Effect.fnUntraced(function* (company, subject) {
    const [key] = yield* subjects.keysOf([company], [subject])
    // Destroyed before, so written before.
    if (key === undefined) return 0
    const { keyId } = key
    yield* onFile(file, () => {
      const isThere = readLines(file).some((line) => line.company === company && line.keyId === keyId)
      if (!isThere) append(file, `${JSON.stringify({ company, subject, keyId, at: now() } satisfies Line)}\n`)
    })
    return 0
  })
})

const askMax = 1000

/** Asks to erase again whoever the ledger names and a restored backup has brought back; gives how many. */
export const eraseReturned = Effect.fn("eraseReturned")(function* (file: string) {
  const gone = yield* onFile(file, () => readLines(file))
  const keyIds = new Set(gone.map(({ company, keyId }) => `${company} ${keyId}`))
  const subjects = yield* SubjectStore
  let asked = 0
  for (let first = 0; first < gone.length; first += askMax) {
    const page = gone.slice(first, first + askMax)
    const there = yield* subjects.keysOf(
      page.map(({ company }) => company),
      page.map(({ subject }) => subject)
    )
    for (const { company, subject, keyId } of there) {
      if (!keyIds.has(`${company} ${keyId}`)) continue
      const reason = "erased before, and brought back by a restored backup"
      const erasure = randomBytes(8).toString("hex")
      const done = yield* Effect.result(
        subjects.requestErasure({ company, subject, erasure, by: "engine", reason })
      )
      if (done._tag === "Success") asked++
      else if (done.failure._tag === "StoreUnavailable") return yield* done.failure
      else
        yield* Effect.logError(`${company}/${subject} was erased before and is back: ${done.failure.message}`)
    }
  }
  if (asked > 0)
    yield* Effect.logWarning(`erased before, back from a backup, and erased again: ${asked} of the ledger`)
  return asked
})
