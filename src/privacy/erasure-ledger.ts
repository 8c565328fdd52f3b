import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ErasurePlace } from "../../actors/erasures.ts"
import { SubjectStore } from "../../eventstore/subject-store.ts"

/** A person that was erased, by the random id that they had. */
const Line = Schema.Struct({ company: Schema.String, subject: Schema.String, at: Schema.Number })
const decodeLine = Schema.decodeUnknownOption(Schema.fromJsonString(Line))

/** The list of who was erased, beside the anchors: outside the database, so that a restored backup can't undo it. */
export const erasureLedgerFile = (anchorDir: string): string => join(anchorDir, "erasures.ndjson")

/** The ledger can't be read or written. */
class LedgerFailed extends Schema.TaggedError<LedgerFailed>()("LedgerFailed", { message: Schema.String }) {}

const onFile = <A>(file: string, work: () => A) =>
  Effect.try({
    try: work,
    catch: (cause) => new LedgerFailed({ message: `the ledger of erasures ${file}: ${cause}` })
  })

const append = (file: string, line: string) => {
  mkdirSync(join(file, ".."), { recursive: true })
  const handle = openSync(file, "a", 0o600)
  try {
    writeSync(handle, line)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Writes down who was erased, before the key is destroyed. */
export const erasureLedger = (anchorDir: string, now: () => number): ErasurePlace => {
  const file = erasureLedgerFile(anchorDir)
  return {
    name: "written in the ledger",
    erase: (company, subject) =>
      onFile(file, () => {
        append(file, `${JSON.stringify({ company, subject, at: now() })}\n`)
        return 0
      })
  }
}

const askMax = 1000

/** Asks to erase again whoever the ledger names and a restored backup has brought back; gives how many. */
export const eraseReturned = Effect.fn("eraseReturned")(function* (anchorDir: string) {
  const file = erasureLedgerFile(anchorDir)
  if (!existsSync(file)) return 0
  const text = yield* onFile(file, () => readFileSync(file, "utf8"))
  // The last line may be cut off by a crash; then its erasure was not finished, and its request is still there.
  const gone = text.split("\n").flatMap((line) => {
    const decoded = decodeLine(line)
    return decoded._tag === "Some" ? [decoded.value] : []
  })
  const subjects = yield* SubjectStore
  let asked = 0
  for (let first = 0; first < gone.length; first += askMax) {
    const page = gone.slice(first, first + askMax)
    const returned = yield* subjects.returned(
      page.map(({ company }) => company),
      page.map(({ subject }) => subject)
    )
    for (const { company, subject } of returned) {
      const reason = "erased before, and brought back by a restored backup"
      const erasure = `again-${subject.replaceAll("/", "-")}`
      const done = yield* Effect.result(
        subjects.requestErasure({ company, subject, erasure, by: "engine", reason })
      )
      if (done._tag === "Success") asked++
      else
        yield* Effect.logError(`${company}/${subject} was erased before and is back: ${done.failure.message}`)
    }
  }
  if (asked > 0) yield* Effect.logWarning(`${asked} persons that were erased are back and are erased again`)
  return asked
})
