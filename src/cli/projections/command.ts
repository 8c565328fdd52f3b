import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

const readModel = Argument.String("read-model").pipe(
  Argument.withDescription("The read model, as `list` names it")
)
const company = Flag.String("company").pipe(Flag.withDescription("Only this company's"), Flag.optional)

const list = Command.make("list", { company, json }, (asked) =>
  Effect.flatMap(
    Effect.promise(() => import("./show-lags.ts")),
    ({ listProjections }) => listProjections(asked)
  )
).pipe(
  Command.withDescription(
    "List every read model: its version, how far it has read, how many streams are parked"
  ),
  Command.withExamples([{ command: "centurion projections list", description: "Of every company" }])
)

const lag = Command.make(
  "lag",
  {
    company,
    watch: Flag.Boolean("watch").pipe(
      Flag.withoutNegation,
      Flag.withAlias("w"),
      Flag.withDescription("Look again every second, until Ctrl-C"),
      Flag.withDefault(false)
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./show-lags.ts")),
      ({ showLag }) => showLag(asked)
    )
).pipe(
  Command.withDescription("Tell how far the read models of each company are behind, in events and seconds"),
  Command.withExamples([{ command: "centurion projections lag --watch", description: "See them catch up" }])
)

const rebuild = Command.make(
  "rebuild",
  {
    readModel: Argument.String("read-model").pipe(
      Argument.withDescription("The read model, as `list` names it; `all` for every one")
    ),
    company,
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./rebuild.ts")),
      ({ rebuild }) => rebuild(asked)
    )
).pipe(
  Command.withDescription(
    "Build a read model anew from all of history, beside the one that serves, and follow that until it takes its place"
  ),
  Command.withExamples([
    { command: "centurion projections rebuild leads", description: "At every company" },
    { command: "centurion projections rebuild all --company demo", description: "All of one company" }
  ])
)

const parked = Command.make("parked", { company, json }, (asked) =>
  Effect.flatMap(
    Effect.promise(() => import("./parked.ts")),
    ({ listParked }) => listParked(asked)
  )
).pipe(
  Command.withDescription("List the streams that a read model can't fold, and why; the others go on"),
  Command.withExamples([{ command: "centurion projections parked", description: "Of every company" }])
)

const retry = Command.make(
  "retry",
  {
    readModel: Argument.optional(readModel),
    stream: Argument.String("stream").pipe(
      Argument.withDescription("The stream, as `parked` names it: machine/id"),
      Argument.optional
    ),
    all: Flag.Boolean("all").pipe(
      Flag.withoutNegation,
      Flag.withDescription("Every stream that is parked"),
      Flag.withDefault(false)
    ),
    company,
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./parked.ts")),
      ({ retryStreams }) => retryStreams(asked)
    )
).pipe(
  Command.withDescription("Fold a parked stream again from where it broke, once the cause is mended"),
  Command.withExamples([
    { command: "centurion projections retry leads lead/7f3", description: "One of them" },
    { command: "centurion projections retry --all", description: "Whatever is parked" }
  ])
)

const diff = Command.make("diff", { readModel, company, json }, (asked) =>
  Effect.flatMap(
    Effect.promise(() => import("./show-diff.ts")),
    ({ showDiff }) => showDiff(asked)
  )
).pipe(
  Command.withDescription(
    "Build a read model from history beside the one that serves and compare them row by row; nothing is left behind"
  ),
  Command.withExamples([
    { command: "centurion projections diff leads", description: "Exit code 1 when a row differs" }
  ])
)

/** `centurion projections`. */
export const projectionsCommand = Command.make("projections").pipe(
  Command.withDescription(
    "The read models: how far they are behind, building them anew, and streams that they can't fold"
  ),
  Command.withSubcommands([list, lag, rebuild, parked, retry, diff]),
  Command.withExamples([{ command: "centurion projections list", description: "How they stand" }])
)
