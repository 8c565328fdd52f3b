import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { EventStore } from "../../../eventstore/event-store.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { note, plain, print, printJson, table, timeOf } from "../terminal.ts"
import { askOperator, operatorName } from "./ask-operator.ts"
import { readLine } from "./read-line.ts"

/** What all of them take. */
interface Asked {
  readonly email: string
  readonly json: boolean
}

/** At which company; without one it is the only one that there is. */
interface AtCompany {
  readonly company: Option.Option<string>
}

const companies = Effect.gen(function* () {
  const store = yield* EventStore
  return [...new Set((yield* store.partitions()).map(({ company }) => company))].sort()
})

const companyOf = Effect.fnUntraced(function* ({ company }: AtCompany) {
  return yield* withStore(
    Effect.gen(function* () {
      if (Option.isSome(company)) {
        yield* partitionsOf(company.value)
        return company.value
      }
      const all = yield* companies
      if (all.length === 1) return all[0]!
      return yield* all.length === 0
        ? failed("UnknownCompany", "there is no company yet; run `centurion start` once")
        : wrongUse(`there are several companies (${all.slice(0, 20).join(", ")}); say which with --company`)
    })
  )
})

const passwordOf = (stdin: boolean) => (stdin ? readLine : Effect.succeed(null))

/** Prints the users of one company or all. */
export const listUsers = Effect.fnUntraced(function* (asked: AtCompany & { readonly json: boolean }) {
  const { json, company: one } = asked
  const of = Option.isSome(one) ? [yield* companyOf(asked)] : yield* withStore(companies)
  const rows: Array<ReadonlyArray<string>> = []
  for (const company of of) {
    for (let after = ""; ; ) {
      const page = yield* askOperator({ ask: "list", company, after })
      for (const { since, loggedInAt, ...user } of page) {
        const lastLogin = loggedInAt === null ? null : timeOf(loggedInAt)
        if (json) yield* printJson({ company, ...user, since: timeOf(since), loggedInAt: lastLogin })
        rows.push([company, user.email, user.name, user.roles.join(","), user.state, lastLogin ?? "never"])
      }
      const last = page.at(-1)
      if (last === undefined || last.email <= after) break
      after = last.email
    }
  }
  if (json) return
  if (rows.length === 0) return yield* print("no users; `centurion users create-admin` makes the first one")
  const head = ["COMPANY", "E-MAIL", "NAME", "ROLES", "STATE", "LAST LOGIN"]
  yield* print(table([head, ...rows.map((row) => row.map(plain))]).join("\n"))
})

/** Invites somebody and prints the token that they need. */
export const inviteUser = Effect.fnUntraced(function* (
  asked: Asked & AtCompany & { readonly role: ReadonlyArray<string> }
) {
  const { email, role, json } = asked
  const company = yield* companyOf(asked)
  const invited = yield* askOperator({ ask: "invite", company, email, roles: role, by: operatorName() })
  const { id, token } = invited
  const expiresAt = timeOf(invited.expiresAt)
  if (json) return yield* printJson({ company, email, roles: role, id, token, expiresAt })
  yield* note(`${plain(email)} is invited to ${company} until ${expiresAt}; the token, shown this once:`)
  yield* print(token)
})

/** Makes an account with a place at the company. */
export const createAdmin = Effect.fnUntraced(function* (
  asked: Asked &
    AtCompany & {
      readonly name: Option.Option<string>
      readonly role: ReadonlyArray<string>
      readonly stdin: boolean
    }
) {
  const { email, json, stdin } = asked
  const company = yield* companyOf(asked)
  const roles = asked.role.length === 0 ? ["Admin"] : asked.role
  const name = Option.getOrElse(asked.name, () => email.split("@")[0] ?? email)
  const made = yield* askOperator({
    ...{ ask: "createUser", company, email, name, roles, by: operatorName() },
    password: yield* passwordOf(stdin)
  } as const)
  if (json) return yield* printJson({ company, email, roles, ...made })
  const words = made.isNew ? "is a user" : "had an account, keeps the password, and is now a user"
  yield* note(`${plain(email)} ${words} of ${company} as ${roles.join(", ")}`)
  yield* tellPassword(made.password)
})

/** Gives a user another password; all their sessions end. */
export const setPassword = Effect.fnUntraced(function* ({
  email,
  stdin,
  json
}: Asked & { readonly stdin: boolean }) {
  const given = yield* passwordOf(stdin)
  const { password } = yield* askOperator({ ask: "setPassword", email, password: given, by: operatorName() })
  if (json) return yield* printJson({ email, password })
  yield* note(`${plain(email)} has another password; all their sessions have ended`)
  yield* tellPassword(password)
})

/** Shuts a user out everywhere, or lets them in again. */
export const setState = Effect.fnUntraced(function* ({ email, json }: Asked, state: "active" | "suspended") {
  yield* askOperator({ ask: "setState", email, state, by: operatorName() })
  const words = state === "active" ? "may log in again" : "is suspended everywhere, and out at once"
  yield* json ? printJson({ email, state }) : print(`${plain(email)} ${words}`)
})

const tellPassword = Effect.fnUntraced(function* (password: string | null) {
  if (password === null) return
  yield* note("the password, shown this once:")
  yield* print(password)
})
