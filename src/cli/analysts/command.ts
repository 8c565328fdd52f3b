import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json, yes } from "../flags.ts"

const work = Effect.promise(() => import("./show-analysts.ts"))
const name = Argument.String("name").pipe(Argument.withDescription("The login: a-z, 0-9 and _"))

const create = Command.make(
  "create",
  {
    name,
    company: Flag.String("company").pipe(
      Flag.withDescription("Whose read models it reads; may be given several times, it begins in the first"),
      Flag.atLeast(1)
    ),
    json
  },
  (asked) => Effect.flatMap(work, ({ createAnalyst }) => createAnalyst(asked))
).pipe(
  Command.withDescription(
    "Make a login that reads the read models of some companies and nothing else, and print its URL, whose password is shown this once"
  ),
  Command.withExamples([
    { command: "centurion analysts create ana --company acme", description: "For psql or a dashboard" }
  ])
)

const list = Command.make("list", { json }, (asked) =>
  Effect.flatMap(work, ({ listAnalysts }) => listAnalysts(asked))
).pipe(
  Command.withDescription("List the logins of analysts and whose read models they read"),
  Command.withExamples([{ command: "centurion analysts list", description: "Who reads what" }])
)

const drop = Command.make("drop", { name, yes, json }, (asked) =>
  Effect.flatMap(work, ({ removeAnalyst }) => removeAnalyst(asked))
).pipe(
  Command.withDescription("Take an analyst's login away and end its sessions; asks first"),
  Command.withExamples([{ command: "centurion analysts drop ana --yes", description: "Without asking" }])
)

/** `centurion analysts`. */
export const analystsCommand = Command.make("analysts").pipe(
  Command.withDescription(
    "Logins for people who ask a company's read models in SQL with tools of their own; by DATABASE_ADMIN_URL"
  ),
  Command.withSubcommands([create, list, drop]),
  Command.withExamples([{ command: "centurion analysts create ana --company acme", description: "Make one" }])
)
