import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json, yes } from "../flags.ts"

const looking = Effect.promise(() => import("./show-companies.ts"))
const changing = Effect.promise(() => import("./change-companies.ts"))

const company = Argument.String("company").pipe(Argument.withDescription("The company's id"))
const who = {
  reason: Flag.String("reason").pipe(
    Flag.withDescription("Why; stays in history for ever"),
    Flag.withDefault("asked for on the command line")
  ),
  as: Flag.String("as").pipe(
    Flag.withDescription("Who changes it, as history will say"),
    Flag.withMetavar("person:name"),
    Flag.withDefault("person:cli")
  )
}

const list = Command.make("list", { json }, (asked) =>
  Effect.flatMap(looking, ({ listCompanies }) => listCompanies(asked))
).pipe(
  Command.withDescription("List companies, deleted ones too"),
  Command.withExamples([
    { command: "centurion companies list", description: "Which there are, and how they are" }
  ])
)

const show = Command.make("show", { company, json }, (asked) =>
  Effect.flatMap(looking, ({ showCompany }) => showCompany(asked))
).pipe(
  Command.withDescription("Show a company's settings, as a file would have them"),
  Command.withExamples([
    { command: "centurion companies show demo", description: "What the demo company has set" }
  ])
)

const create = Command.make(
  "create",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription(
        "A company's settings as JSON, with id and name at least; - reads them from stdin"
      )
    ),
    ...who,
    json
  },
  (asked) => Effect.flatMap(changing, ({ createCompany }) => createCompany(asked))
).pipe(
  Command.withDescription("Make a company; it works at once"),
  Command.withExamples([
    { command: "centurion companies create acme.json", description: "From a file, which is not read again" },
    {
      command: `echo '{"id":"acme","name":"Acme"}' | centurion companies create -`,
      description: "With every default"
    }
  ])
)

const set = Command.make(
  "set",
  {
    company,
    section: Argument.String("section").pipe(
      Argument.withDescription("name, language, agent, conversation, qualification, faq, lines, …")
    ),
    value: Argument.String("value").pipe(
      Argument.withDescription("Its whole new value as JSON, or a text; null for the default")
    ),
    ...who,
    json
  },
  (asked) => Effect.flatMap(changing, ({ setSection }) => setSection(asked))
).pipe(
  Command.withDescription("Change one section of a company's settings"),
  Command.withExamples([
    { command: "centurion companies set acme retentionDays 365", description: "Keep persons for a year" },
    {
      command: `centurion companies set acme instances '[{"channel":"telegram","instance":"acme"}]'`,
      description: "Which accounts are its own"
    }
  ])
)

const suspend = Command.make("suspend", { company, ...who, json }, (asked) =>
  Effect.flatMap(changing, ({ suspendCompany }) => suspendCompany(asked))
).pipe(
  Command.withDescription("Suspend a company: what comes in is stored, its AI writes nothing"),
  Command.withExamples([
    { command: 'centurion companies suspend acme --reason "invoice 118"', description: "Until it is resumed" }
  ])
)

const resume = Command.make("resume", { company, ...who, json }, (asked) =>
  Effect.flatMap(changing, ({ resumeCompany }) => resumeCompany(asked))
).pipe(
  Command.withDescription("End a suspension"),
  Command.withExamples([{ command: "centurion companies resume acme", description: "It works again" }])
)

const remove = Command.make(
  "delete",
  {
    company,
    ...who,
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Only say whom it would erase"),
      Flag.withDefault(false)
    ),
    yes,
    json
  },
  (asked) => Effect.flatMap(changing, ({ deleteCompany }) => deleteCompany(asked))
).pipe(
  Command.withDescription(
    "Delete a company: erase every person it knew, drop its read models; asks first. Its history stays, without them"
  ),
  Command.withExamples([
    { command: "centurion companies delete acme --dry-run", description: "How many persons that would be" },
    { command: 'centurion companies delete acme --yes --reason "contract ended"', description: "For good" }
  ])
)

/** `centurion companies`. */
export const companiesCommand = Command.make("companies").pipe(
  Command.withDescription("The companies of this installation: list, make, change, suspend and delete them"),
  Command.withSubcommands([list, show, create, set, suspend, resume, remove]),
  Command.withExamples([{ command: "centurion companies list", description: "Which there are" }])
)
