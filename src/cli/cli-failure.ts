import * as Schema from "effect/Schema"

/** Exit codes of every command. */
export const exitCode = { ok: 0, failed: 1, wrongUse: 2, interrupted: 130 } as const

/** A command did not do what it was asked; `reason` is for programs, `message` for people and says the way out. */
export class CliFailure extends Schema.TaggedError<CliFailure>()("CliFailure", {
  reason: Schema.String,
  message: Schema.String,
  exitCode: Schema.Literals([1, 2])
}) {}

/** It failed, or damage was found. */
export const failed = (reason: string, message: string): CliFailure =>
  new CliFailure({ reason, message, exitCode: exitCode.failed })

/** What was asked makes no sense. */
export const wrongUse = (message: string): CliFailure =>
  new CliFailure({ reason: "WrongUse", message, exitCode: exitCode.wrongUse })

/** The command has said all there is to say; only its exit code is left. */
export class AlreadyTold extends Schema.TaggedError<AlreadyTold>()("AlreadyTold", {
  exitCode: Schema.Literals([1, 2])
}) {}

/** Any error of our own services as one of a command: they all carry a tag and a sentence. */
export const explain = (error: unknown): CliFailure => {
  if (error instanceof CliFailure) return error
  const { _tag, message } = (error ?? {}) as { readonly _tag?: unknown; readonly message?: unknown }
  const reason = typeof _tag === "string" ? _tag : "Unexpected"
  const words = typeof message === "string" && message !== "" ? message : String(error)
  if (reason === "WrongAddress" || reason === "WrongSettings") {
    return new CliFailure({ reason, message: words, exitCode: exitCode.wrongUse })
  }
  if (notPrepared.test(words)) {
    return failed(
      "NotMigrated",
      "the database is not prepared for centurion: run `centurion start` on it once"
    )
  }
  if (reason === "DatabaseError") return failed(reason, `the database refuses: ${words}; ${seeDoctor}`)
  return failed(reason, reason === "StoreUnavailable" ? `${words}; ${seeDoctor}` : words)
}

/** What Postgres says of a database without our schema: the role, the schema or a function is missing. */
const notPrepared =
  /role "centurion_engine" does not exist|schema "es" does not exist|function (es|core)\.\w+\(.*does not exist/

const seeDoctor = "`centurion doctor` says more"
