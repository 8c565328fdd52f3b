import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json, yes } from "../flags.ts"

const work = Effect.promise(() => import("./show-jobs.ts"))

const address = Argument.String("address").pipe(
  Argument.withDescription("The actor that asked for it: company/machine/id")
)
const job = Argument.String("job").pipe(Argument.withDescription("The job's id, as `jobs list` shows it"))

const list = Command.make(
  "list",
  {
    state: Flag.Literals("state", ["pending", "attempting", "unknown", "failed"]).pipe(
      Flag.withDescription("Only jobs in this state; failed ones are dead letters"),
      Flag.optional
    ),
    company: Flag.String("company").pipe(Flag.withDescription("Only this company's"), Flag.optional),
    limit: Flag.Int("limit").pipe(
      Flag.withDescription("So many at most, the newest first"),
      Flag.withMetavar("n"),
      Flag.withDefault(100)
    ),
    json
  },
  (asked) => Effect.flatMap(work, ({ listJobs }) => listJobs(asked))
).pipe(
  Command.withDescription("List jobs that are not done"),
  Command.withExamples([
    { command: "centurion jobs list", description: "Whatever is not done" },
    {
      command: "centurion jobs list --state failed --json",
      description: "Dead letters, one JSON object a line"
    }
  ])
)

const show = Command.make("show", { address, job, json }, (asked) =>
  Effect.flatMap(work, ({ showJob }) => showJob(asked))
).pipe(
  Command.withDescription("Show one job with its input and why it failed"),
  Command.withExamples([
    { command: "centurion jobs show demo/conversation/7f3 12.0", description: "What it was to do" }
  ])
)

const retry = Command.make("retry", { address, job, json }, (asked) =>
  Effect.flatMap(work, ({ retryJob }) => retryJob(asked))
).pipe(
  Command.withDescription("Put a dead letter back to work"),
  Command.withExamples([
    {
      command: "centurion jobs retry demo/conversation/7f3 12.0",
      description: "The running engine takes it up"
    }
  ])
)

const drop = Command.make("drop", { address, job, yes, json }, (asked) =>
  Effect.flatMap(work, ({ dropJob }) => dropJob(asked))
).pipe(
  Command.withDescription("Take a dead letter away for good; asks first"),
  Command.withExamples([
    { command: "centurion jobs drop demo/conversation/7f3 12.0 --yes", description: "Without asking" }
  ])
)

/** `centurion jobs`. */
export const jobsCommand = Command.make("jobs").pipe(
  Command.withDescription(
    "Work for the outside world that is not done: list it, show it, retry or drop dead letters"
  ),
  Command.withSubcommands([list, show, retry, drop]),
  Command.withExamples([{ command: "centurion jobs list --state failed", description: "What has failed" }])
)
