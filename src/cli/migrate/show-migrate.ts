import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Settings } from "../../config.ts"
import { masterKeysLayer } from "../../wiring/set-up-master-key.ts"
import { AlreadyTold, failed } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { counted, grouped, plain, print, printJson, type StatusLine, statusLine } from "../terminal.ts"
import { registryOfAll } from "../why/show-why.ts"
import {
  type MigrationPlan,
  type Outcome,
  outcomes,
  planMigration,
  type VersionPlan
} from "./plan-migration.ts"

/** What `centurion migrate` was asked. */
export interface MigrateAsked {
  readonly company: Option.Option<string>
  readonly machine: Option.Option<string>
  readonly json: boolean
}

/** Prints which actors run other versions than the present ones, and what they would do; fails when some would be parked. */
export const showMigrate = Effect.fnUntraced(function* (asked: MigrateAsked) {
  const company = Option.getOrUndefined(asked.company)
  const machine = Option.getOrUndefined(asked.machine)
  const registry = yield* registryOfAll
  if (machine !== undefined && !registry.has(machine)) {
    return yield* failed(
      "UnknownMachine",
      `no machine is called "${machine}"; there are ${[...registry.keys()].join(", ")}`
    )
  }
  const line = yield* statusLine(!asked.json)
  const plan = yield* withStore(
    Effect.gen(function* () {
      if (company !== undefined) yield* partitionsOf(company)
      const scope = {
        ...(company === undefined ? {} : { company }),
        ...(machine === undefined ? {} : { machine })
      }
      const settings = yield* Settings
      return yield* planMigration(registry, scope, tellOn(line)).pipe(
        Effect.provide(masterKeysLayer(settings, false))
      )
    }).pipe(Effect.ensuring(Effect.sync(line.clear)))
  )
  yield* asked.json ? printJson({ dryRun: true, ...plan }) : print(planLines(plan).join("\n"))
  if (plan.parked.length > 0) return yield* new AlreadyTold({ exitCode: 1 })
})

const words: Readonly<Record<Outcome, string>> = {
  keep: "keep their version, which is listed under previous",
  byMigrate: "would be moved by migrate",
  asItIs: "would be moved with their state as it is",
  byFold: "would be moved by folding their events anew",
  parked: "would be parked: their events would be refused",
  ended: "have ended: nothing comes any more",
  erased: "are erased: nothing comes any more",
  locked: "can't be tried here: the master key that their person's key is wrapped with is not here"
}

const parkedShown = 20

/** The plan for a person to read. */
export const planLines = ({ events, actors, current, unlisted, versions, parked }: MigrationPlan) => [
  ...versions.flatMap(versionLines),
  ...Object.entries(unlisted).map(
    ([machine, count]) => `${plain(machine)}: ${counted(count, "actor")} of a machine that is not listed`
  ),
  ...parked.slice(0, parkedShown).map(({ address, why }) => `parked: ${plain(address)}: ${plain(why)}`),
  ...(parked.length > parkedShown
    ? [`and ${grouped(parked.length - parkedShown)} more; --json lists them`]
    : []),
  `${counted(actors, "actor")} in ${counted(events, "event")}: ${grouped(current)} on the present version of their machine; nothing was written`
]

const versionLines = ({ machine, from, to, counts }: VersionPlan) => [
  `${plain(machine)} ${plain(from)}, now ${plain(to)}`,
  ...outcomes
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `  ${grouped(counts[outcome]).padStart(countColumns)} ${words[outcome]}`)
]

const countColumns = 9

const tellOn = (line: StatusLine) => (what: "read" | "tried", done: number, total: number) =>
  line.tell(() => {
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total)
    const words = what === "read" ? "events read" : "actors tried"
    return `${grouped(done)} of ${grouped(total)} ${words} (${percent}%)`
  })
