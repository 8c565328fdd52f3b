import * as Effect from "effect/Effect"
import { readLimits } from "../../queries/read-limits.ts"
import { wrongUse } from "../cli-failure.ts"
import { Io } from "../terminal.ts"
import { type AnswerFlags, readAnswerFlags } from "./answer-flags.ts"
import { companyAsked, withQueries } from "./open-queries.ts"
import { showAnswer } from "./show-answer.ts"

/** What `centurion query` was asked. */
export interface QueryAsked extends AnswerFlags {
  readonly sql: string
}

/** Asks the read models of a company in SQL and shows the answer. */
export const showQuery = Effect.fnUntraced(function* (asked: QueryAsked) {
  const flags = yield* readAnswerFlags(asked, "table")
  const sql = asked.sql === "-" ? yield* standardInput : asked.sql
  yield* withQueries(
    () =>
      Effect.gen(function* () {
        const { company, kept } = yield* companyAsked(flags.company)
        yield* showAnswer({ ...flags, company, kept, sql, params: [] })
      }),
    // Nobody is slower than a file.
    { spools: flags.out === undefined }
  )
})

/** The question from our input, which is taken as far as a question may be long. */
const standardInput = Effect.gen(function* () {
  const { stdin } = yield* Io
  const text = yield* Effect.promise(async () => {
    let text = ""
    for await (const piece of stdin.setEncoding("utf8")) {
      text += piece
      if (text.length > readLimits.sqlMaxChars) break
    }
    return text
  })
  if (text.length > readLimits.sqlMaxChars)
    return yield* wrongUse(
      `the question on standard input has more than ${readLimits.sqlMaxChars} characters`
    )
  return text
})
