import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"
import { compareFlags } from "./compare-flags.ts"

const time = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withMetavar("time"), Flag.optional)

/** `centurion backtest`. */
export const backtestCommand = Command.make(
  "backtest",
  {
    machine: Argument.String("machine").pipe(
      Argument.withDescription("Whose histories: conversation, lead, …")
    ),
    ...compareFlags,
    id: Flag.String("id").pipe(Flag.withDescription("Only this actor of the company"), Flag.optional),
    since: time("since", "Only actors that began at this time or later"),
    until: time("until", "Only what was recorded up to this time"),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./show-backtest.ts")),
      ({ showBacktest }) => showBacktest(asked)
    )
).pipe(
  Command.withDescription(
    "Fold recorded histories through another version of a machine, with the recorded answers of its jobs, and report where it would have acted differently. Nothing is sent, no model is called, nothing is written"
  ),
  Command.withExamples([
    {
      command: "centurion backtest lead --against ./my-lead.ts",
      description: "A changed machine over all leads"
    },
    {
      command: "centurion backtest lead --set threshold=80",
      description: "The machine as it is, with another setting"
    },
    {
      command: "centurion backtest conversation --against 1.0.0 --since 2026-06-01 --where channel=webChat",
      description: "An older version, over some conversations"
    },
    {
      command: "centurion backtest conversation --against ./my-conversation.ts --fail-above 5% --json",
      description: "For CI: exit code 1 when more than 5 % diverge"
    }
  ])
)
