import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { DatabaseError } from "../../../eventstore/database/database.ts"
import type { Parked, RetryOutcome } from "../../../projections/engine/projections.ts"
import { Queries } from "../../queries/queries.ts"
import { AlreadyTold, failed, wrongUse } from "../cli-failure.ts"
import { withQueries } from "../query/open-queries.ts"
import { counted, plain, print, printJson, printTable, timeOf } from "../terminal.ts"
import { companyOrAll, type LagsAsked } from "./show-lags.ts"

/** Lists the streams that wait because their fold broke. */
export const listParked = Effect.fnUntraced(function* ({ company, json }: LagsAsked) {
  const parked = yield* withQueries(() =>
    Effect.gen(function* () {
      const queries = yield* Queries
      return yield* queries.parked(yield* companyOrAll(company))
    })
  )
  if (json) {
    return yield* Effect.forEach(parked, (each) => printJson({ ...each, since: timeOf(each.since) }), {
      discard: true
    })
  }
  if (parked.length === 0) return yield* print("nothing is parked")
  yield* printTable([heading, ...parked.map(rowOf)])
})

const heading = ["COMPANY", "READ MODEL", "STREAM", "FROM VERSION", "SINCE", "WHY"]

const rowOf = ({ company, readModel, stream, streamVersion, since, reason }: Parked) => [
  plain(company),
  readModel,
  plain(stream),
  String(streamVersion),
  timeOf(since),
  plain(reason)
]

/** One stream of a read model, or all that are parked. */
export interface RetryAsked extends LagsAsked {
  readonly readModel: Option.Option<string>
  readonly stream: Option.Option<string>
  readonly all: boolean
}

/** Folds parked streams again; fails when one breaks again. */
export const retryStreams = Effect.fnUntraced(function* (asked: RetryAsked) {
  const { all, json } = asked
  if (all ? Option.isSome(asked.stream) : Option.isNone(asked.stream)) {
    return yield* wrongUse(
      "say which: centurion projections retry <read model> <stream>, or --all for whatever is parked"
    )
  }
  const outcomes = yield* withQueries(() =>
    Effect.gen(function* () {
      const queries = yield* Queries
      const parked = yield* queries.parked(yield* companyOrAll(asked.company))
      const found = parked.filter(fits(asked))
      if (found.length === 0 && !all) return yield* notParked(asked, parked)
      return yield* Effect.forEach(found, (each) =>
        Effect.tap(
          Effect.map(
            Effect.catchTag(
              queries.retry(each.company, each.readModel, each.stream),
              "DatabaseError",
              (error) => refusedRow(each, error)
            ),
            (outcome) => ({ each, outcome })
          ),
          (outcome) => (json ? printJson(asJson(outcome)) : print(outcomeLine(outcome)))
        )
      )
    })
  )
  if (outcomes.length === 0 && !json) yield* print("nothing is parked")
  if (outcomes.some(({ outcome }) => outcome.outcome === "brokeAgain"))
    return yield* new AlreadyTold({ exitCode: 1 })
})

/** A row that the database refuses for good is no failure of the command. */
const refusedRow = (
  { streamVersion }: Parked,
  error: DatabaseError
): Effect.Effect<RetryOutcome, DatabaseError> =>
  error.unreachable
    ? Effect.fail(error)
    : Effect.succeed({
        outcome: "brokeAgain",
        streamVersion,
        reason: `the database refuses the row: ${error.message}`
      })

const fits =
  ({ readModel, stream }: RetryAsked) =>
  (parked: Parked) =>
    Option.getOrElse(readModel, () => parked.readModel) === parked.readModel &&
    Option.getOrElse(stream, () => parked.stream) === parked.stream

const namedMax = 10

const notParked = ({ readModel, stream }: RetryAsked, parked: ReadonlyArray<Parked>) => {
  const there = parked.slice(0, namedMax).map((each) => `${each.readModel} ${plain(each.stream)}`)
  const more = parked.length > namedMax ? ", …" : ""
  return failed(
    "NotParked",
    `${Option.getOrElse(stream, () => "")} is not parked in ${Option.getOrElse(readModel, () => "any read model")}; ${there.length === 0 ? "nothing is" : `parked are ${there.join(", ")}${more}`}`
  )
}

interface Told {
  readonly each: Parked
  readonly outcome: RetryOutcome
}

const asJson = ({ each: { company, readModel, stream }, outcome }: Told) => ({
  ...{ company, readModel, stream },
  ...outcome
})

const outcomeLine = ({ each: { company, readModel, stream }, outcome }: Told): string => {
  const place = `${readModel} of ${plain(company)}, ${plain(stream)}`
  switch (outcome.outcome) {
    case "folded":
      return `${place}: folded, ${counted(outcome.events, "event")}; it is followed again`
    case "brokeAgain":
      return `${place}: broke again at version ${outcome.streamVersion}: ${plain(outcome.reason)}`
    case "notParked":
      return `${place}: is not parked any more`
  }
}
