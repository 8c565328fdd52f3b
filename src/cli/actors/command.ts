import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json, yes } from "../flags.ts"

const work = Effect.promise(() => import("./show-actors.ts"))

const list = Command.make(
  "list",
  {
    status: Flag.Literals("status", ["error", "parked"]).pipe(
      Flag.withDescription("Only those whose machine ended in an error, or that are parked"),
      Flag.optional
    ),
    company: Flag.String("company").pipe(Flag.withDescription("Only this company's"), Flag.optional),
    limit: Flag.Int("limit").pipe(
      Flag.withDescription("So many at most, the last that stopped first"),
      Flag.withMetavar("n"),
      Flag.withDefault(100)
    ),
    json
  },
  (asked) => Effect.flatMap(work, ({ listStopped }) => listStopped(asked))
).pipe(
  Command.withDescription("List actors that do not go on, and why: the events of a parked one are refused"),
  Command.withExamples([
    { command: "centurion actors list", description: "Whatever does not go on" },
    { command: "centurion actors list --status parked --json", description: "One JSON object a line" }
  ])
)

const orderOf = (order: "retry" | "move" | "close", description: string) =>
  Command.make(
    order,
    {
      address: Argument.String("address").pipe(Argument.withDescription("The actor: company/machine/id")),
      why: Flag.String("why").pipe(Flag.withDescription("What its history says of the reason")),
      as: Flag.String("as").pipe(Flag.withDescription("Who asks"), Flag.withDefault("person:cli")),
      yes,
      json
    },
    (asked) => Effect.flatMap(work, ({ seeTo }) => seeTo(order, asked))
  ).pipe(
    Command.withDescription(description),
    Command.withExamples([
      {
        command: `centurion actors ${order} acme/machine/7f3 --why "mended in 1.1.0"`,
        description: "Done within seconds by the engine that owns it"
      }
    ])
  )

const retry = orderOf(
  "retry",
  "Take the input again that broke it, from the state before; or load a parked one again"
)
const move = orderOf("move", "Retry under the present version of its machine")
const close = orderOf("close", "End it for good; asks first")

/** `centurion actors`. */
export const actorsCommand = Command.make("actors").pipe(
  Command.withDescription("Actors that do not go on: their machine ended in an error, or they are parked"),
  Command.withSubcommands([list, retry, move, close]),
  Command.withExamples([{ command: "centurion actors list", description: "Whatever does not go on" }])
)
