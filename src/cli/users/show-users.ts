import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { Operator } from "../../accounts/people/operator.ts"
import type { ListedUser } from "../../accounts/people/users.ts"
import { newPassword } from "../../accounts/sessions/credentials.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"
import { note, plain, print, printJson, printTable, timeOf } from "../terminal.ts"
import { readLine } from "./read-line.ts"
import { operatorName, withOperator } from "./with-operator.ts"

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

/** The one on standard input, else a random one, which is shown once. */
const passwordOf = (stdin: boolean) =>
  stdin
    ? Effect.map(readLine, (given) => ({ password: Redacted.make(given), shown: null }))
    : Effect.sync(() => {
        const shown = newPassword()
        return { password: Redacted.make(shown), shown }
      })

/** The users of a company, page by page. */
const usersOf = Effect.fnUntraced(function* (company: string) {
  const operator = yield* Operator
  const all: Array<ListedUser> = []
  for (let after = ""; ; ) {
    const page = yield* operator.list(company, after)
    all.push(...page)
    const last = page.at(-1)
    if (last === undefined) return all
    after = last.email
  }
})

/** Prints the users of one company or all. */
export const listUsers = Effect.fnUntraced(function* (asked: AtCompany & { readonly json: boolean }) {
  const listed = yield* withOperator(
    Effect.gen(function* () {
      const of = Option.isSome(asked.company) ? [yield* companyOf(asked)] : yield* companies
      return yield* Effect.forEach(of, (company) =>
        Effect.map(usersOf(company), (users) => users.map((user) => ({ company, ...user })))
      )
    })
  )
  const users = listed.flat().map(({ since, loggedInAt, ...user }) => ({
    ...user,
    since: timeOf(since),
    loggedInAt: loggedInAt === null ? null : timeOf(loggedInAt)
  }))
  if (asked.json) return yield* Effect.forEach(users, printJson, { discard: true })
  if (users.length === 0) return yield* print("no users; `centurion users create-admin` makes the first one")
  const head = ["COMPANY", "E-MAIL", "NAME", "ROLES", "STATE", "LAST LOGIN"]
  const rows = users.map(({ company, email, name, roles, state, loggedInAt }) =>
    [company, email, name, roles.join(","), state, loggedInAt ?? "never"].map(plain)
  )
  yield* printTable([head, ...rows])
})

/** Invites somebody and prints the token that they need. */
export const inviteUser = Effect.fnUntraced(function* (
  asked: Asked & AtCompany & { readonly role: ReadonlyArray<string> }
) {
  const { email, role: roles, json } = asked
  const { company, invited } = yield* withOperator(
    Effect.gen(function* () {
      const company = yield* companyOf(asked)
      const operator = yield* Operator
      return { company, invited: yield* operator.invite(company, { email, roles }, operatorName()) }
    })
  )
  const { id } = invited
  const token = Redacted.value(invited.token)
  const expiresAt = timeOf(invited.expiresAt)
  if (json) return yield* printJson({ company, email, roles, id, token, expiresAt })
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
  const { email, json } = asked
  const roles = asked.role.length === 0 ? ["Admin"] : asked.role
  const name = Option.getOrElse(asked.name, () => email.split("@")[0] ?? email)
  const { password, shown } = yield* passwordOf(asked.stdin)
  const { company, made } = yield* withOperator(
    Effect.gen(function* () {
      const company = yield* companyOf(asked)
      const who = { email, name, roles, password }
      return { company, made: yield* (yield* Operator).createUser(company, who, operatorName()) }
    })
  )
  const toShow = made.isNew ? shown : null
  if (json) return yield* printJson({ company, email, roles, ...made, password: toShow })
  const words = made.isNew ? "is a user" : "had an account, keeps the password, and is now a user"
  yield* note(`${plain(email)} ${words} of ${company} as ${roles.join(", ")}`)
  yield* tellPassword(toShow)
})

/** Gives a user another password; all their sessions end. */
export const setPassword = Effect.fnUntraced(function* ({
  email,
  stdin,
  json
}: Asked & { readonly stdin: boolean }) {
  const { password, shown } = yield* passwordOf(stdin)
  yield* withOperator(
    Effect.flatMap(Operator, (operator) => operator.setPassword(email, password, operatorName()))
  )
  if (json) return yield* printJson({ email, password: shown })
  yield* note(`${plain(email)} has another password; all their sessions have ended`)
  yield* tellPassword(shown)
})

/** Shuts a user out everywhere, or lets them in again. */
export const setState = Effect.fnUntraced(function* ({ email, json }: Asked, state: "active" | "suspended") {
  yield* withOperator(Effect.flatMap(Operator, (operator) => operator.setState(email, state, operatorName())))
  const words = state === "active" ? "may log in again" : "is suspended everywhere, and out at once"
  yield* json ? printJson({ email, state }) : print(`${plain(email)} ${words}`)
})

/** Has access tokens signed by a new key. */
export const rotateTokens = Effect.fnUntraced(function* ({
  atOnce,
  json
}: {
  readonly atOnce: boolean
  readonly json: boolean
}) {
  const key = yield* withOperator(
    Effect.flatMap(Operator, (operator) => operator.rotateTokenKey(atOnce, operatorName()))
  )
  if (json) return yield* printJson({ key, atOnce })
  const old = atOnce
    ? "access tokens that are out are worth nothing, everywhere within 10 seconds; clients refresh theirs"
    : "access tokens that are out work until they expire"
  yield* print(`key ${key} signs access tokens from now on; ${old}`)
})

const tellPassword = Effect.fnUntraced(function* (password: string | null) {
  if (password === null) return
  yield* note("the password, shown this once:")
  yield* print(password)
})
