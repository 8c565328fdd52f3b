import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { answerFlags } from "./command-flags.ts"

/** `centurion query`. */
export const queryCommand = Command.make(
  "query",
  {
    sql: Argument.String("sql").pipe(
      Argument.withDescription("One statement that reads; `-` takes it from standard input")
    ),
    ...answerFlags
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./show-query.ts")),
      ({ showQuery }) => showQuery(asked)
    )
).pipe(
  Command.withDescription("Ask the read models of a company in SQL, as they are or as they were"),
  Command.withExamples([
    {
      command: 'centurion query "select state, count(*) from leads group by state"',
      description: "How leads stand"
    },
    {
      command: 'centurion query "select * from funnel_by_day" --as-of 2026-03-01 --out funnel.csv',
      description: "The funnel as it was at the end of that day, as a file"
    },
    { command: "centurion query - < question.sql", description: "A longer one" }
  ])
)
