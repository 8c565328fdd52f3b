import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

const work = Effect.promise(() => import("./show-users.ts"))

const email = Argument.String("email").pipe(Argument.withDescription("The user's e-mail"))
const company = Flag.String("company").pipe(
  Flag.withDescription("At which company; default the only one that there is"),
  Flag.optional
)
const stdin = Flag.Boolean("stdin").pipe(
  Flag.withoutNegation,
  Flag.withDescription("Take the password from standard input; default a random one, which is printed"),
  Flag.withDefault(false)
)

const list = Command.make(
  "list",
  {
    company: Flag.String("company").pipe(Flag.withDescription("Only this company's"), Flag.optional),
    json
  },
  (asked) => Effect.flatMap(work, ({ listUsers }) => listUsers(asked))
).pipe(
  Command.withDescription("List users, their roles and when they last logged in"),
  Command.withExamples([{ command: "centurion users list --company demo", description: "Of one company" }])
)

const invite = Command.make(
  "invite",
  {
    email,
    company,
    role: Flag.String("role").pipe(
      Flag.withDescription("A role to have; may be given several times"),
      Flag.atLeast(1)
    ),
    json
  },
  (asked) => Effect.flatMap(work, ({ inviteUser }) => inviteUser(asked))
).pipe(
  Command.withDescription("Invite somebody; prints the token with which they set a password, once"),
  Command.withExamples([
    { command: "centurion users invite ana@example.com --role Comercial", description: "A seller" }
  ])
)

const createAdmin = Command.make(
  "create-admin",
  {
    email,
    company,
    name: Flag.String("name").pipe(Flag.withDescription("How they are called"), Flag.optional),
    role: Flag.String("role").pipe(
      Flag.withDescription("Another role than Admin; may be given several times"),
      Flag.atLeast(0)
    ),
    stdin,
    json
  },
  (asked) => Effect.flatMap(work, ({ createAdmin }) => createAdmin(asked))
).pipe(
  Command.withDescription("Make a user who may do everything at a company, without an invitation"),
  Command.withExamples([
    { command: "centurion users create-admin ana@example.com", description: "With a random password" },
    {
      command: "centurion users create-admin ana@example.com --role super_admin",
      description: "The owner, who may make companies too"
    }
  ])
)

const setPassword = Command.make("set-password", { email, stdin, json }, (asked) =>
  Effect.flatMap(work, ({ setPassword }) => setPassword(asked))
).pipe(
  Command.withDescription("Give a user another password; all their sessions end"),
  Command.withExamples([
    {
      command: "centurion users set-password admin@localhost",
      description: "When the one of the first start was lost"
    }
  ])
)

const suspend = Command.make("suspend", { email, json }, (asked) =>
  Effect.flatMap(work, ({ setState }) => setState(asked, "suspended"))
).pipe(
  Command.withDescription("Shut a user out of all companies, at once"),
  Command.withExamples([{ command: "centurion users suspend ana@example.com", description: "Who left" }])
)

const restore = Command.make("restore", { email, json }, (asked) =>
  Effect.flatMap(work, ({ setState }) => setState(asked, "active"))
).pipe(
  Command.withDescription("Let a suspended user in again"),
  Command.withExamples([{ command: "centurion users restore ana@example.com", description: "Who is back" }])
)

const rotateTokens = Command.make(
  "rotate-tokens",
  {
    atOnce: Flag.Boolean("at-once").pipe(
      Flag.withoutNegation,
      Flag.withDescription(
        "Access tokens that are out are worth nothing within 10 seconds; default until they expire"
      ),
      Flag.withDefault(false)
    ),
    json
  },
  (asked) => Effect.flatMap(work, ({ rotateTokens }) => rotateTokens(asked))
).pipe(
  Command.withDescription("Have access tokens signed by a new key; sessions go on, refresh tokens too"),
  Command.withExamples([
    { command: "centurion users rotate-tokens", description: "Now and then" },
    { command: "centurion users rotate-tokens --at-once", description: "When the key may be known to others" }
  ])
)

/** `centurion users`. */
export const usersCommand = Command.make("users").pipe(
  Command.withDescription("Who may log in: list, invite, make and suspend users, give them a password"),
  Command.withSubcommands([list, invite, createAdmin, setPassword, suspend, restore, rotateTokens]),
  Command.withExamples([{ command: "centurion users list", description: "Everybody" }])
)
