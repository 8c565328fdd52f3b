import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { CompanyFile } from "./company.ts"

/** The companies can't be used; the message names the files, the places in them and what was expected. */
export class WrongCompanies extends Schema.TaggedError<WrongCompanies>()("WrongCompanies", {
  message: Schema.String
}) {}

/** A company's file is at most this large. */
const fileMaxBytes = 1024 * 1024

const isMissing = (cause: unknown) => (cause as NodeJS.ErrnoException | null)?.code === "ENOENT"
const words = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

const listFiles = (dir: string) =>
  Effect.tryPromise({
    try: () => readdir(dir).catch((cause) => (isMissing(cause) ? [] : Promise.reject(cause))),
    catch: (cause) => new WrongCompanies({ message: `${dir}: can't be read: ${words(cause)}` })
  }).pipe(Effect.map((files) => files.filter((file) => file.endsWith(".json")).sort()))

const decode = Schema.decodeUnknownEffect(CompanyFile, { onExcessProperty: "error", errors: "all" })

const readOne = Effect.fnUntraced(function* (path: string) {
  const wrong = (why: string) => new WrongCompanies({ message: `${path}: ${why}` })
  const bytes = yield* Effect.tryPromise({
    try: () => readFile(path),
    catch: (cause) => wrong(`can't be read: ${words(cause)}`)
  })
  if (bytes.length > fileMaxBytes) return yield* wrong(`is ${bytes.length} bytes, allowed is ${fileMaxBytes}`)
  const json = yield* Effect.try({
    try: () => JSON.parse(bytes.toString("utf8")) as unknown,
    catch: (cause) => wrong(`is no JSON: ${words(cause)}`)
  })
  const company = yield* Effect.mapError(decode(json), (error) =>
    wrong(error.message.replaceAll(/\n\s+at /g, " at "))
  )
  return { path, company }
})

/** Every `*.json` of a directory as a company; none when there is no such directory. */
export const readCompanyFiles = Effect.fn("readCompanyFiles")(function* (dir: string) {
  const read = yield* Effect.forEach(yield* listFiles(dir), (file) => Effect.result(readOne(join(dir, file))))
  const wrong = read.flatMap((one) => (one._tag === "Failure" ? [one.failure.message] : []))
  if (wrong.length > 0) return yield* new WrongCompanies({ message: wrong.join("\n") })
  const found = read.flatMap((one) => (one._tag === "Success" ? [one.success] : []))
  const paths = new Map<string, string>()
  for (const { path, company } of found) {
    const first = paths.get(company.id)
    if (first !== undefined)
      return yield* new WrongCompanies({ message: `${first} and ${path} both have the id "${company.id}"` })
    paths.set(company.id, path)
  }
  return found.map((one) => one.company)
})
