import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type DatabaseError, type Query, withAdminConnection } from "../../../eventstore/database/database.ts"
import { loginPattern } from "../../../eventstore/database/login.ts"
import { readSettings } from "../../config.ts"
import { type CliFailure, failed, wrongUse } from "../cli-failure.ts"
import { confirm } from "../jobs/confirm.ts"
import { canAsk, note, print, printJson, printTable } from "../terminal.ts"
import { analysts, type CompanySchema, companySchemas, dropAnalyst, makeAnalyst } from "./analyst-logins.ts"

const alreadyThere = "42710"
const notAllowed = "42501"
const neededElsewhere = "2BP01"
const noSchema = ["3F000", "42883"]

/** Asks as the administrator, all in one transaction. */
const asAdmin = Effect.fnUntraced(function* <A, E>(use: (query: Query, url: string) => Effect.Effect<A, E>) {
  const { databaseAdminUrl } = yield* readSettings()
  if (databaseAdminUrl === undefined) {
    return yield* wrongUse(
      "set DATABASE_ADMIN_URL to the database's owner or a superuser: that login makes those of analysts. The embedded database has no logins; `centurion query` asks it"
    )
  }
  const work = withAdminConnection({ url: databaseAdminUrl }, (query) =>
    Effect.gen(function* () {
      yield* query("begin")
      const given = yield* use(query, Redacted.value(databaseAdminUrl))
      yield* query("commit")
      return given
    })
  )
  return yield* work
})

const checkName = (name: string) =>
  loginPattern.test(name)
    ? Effect.void
    : wrongUse(`${name}: allowed are a-z, 0-9 and _, at most 63 characters, no digit at the start`)

/** The schemas of these companies; fails for one that has none. */
const schemasOf = Effect.fnUntraced(function* (query: Query, companies: ReadonlyArray<string>) {
  const there = yield* companySchemas(query)
  const found: Array<CompanySchema> = []
  for (const company of new Set(companies)) {
    const schema = there.find((each) => each.company === company)
    if (schema === undefined) {
      const names = there.map((each) => each.company).join(", ")
      return yield* failed(
        "UnknownCompany",
        `no company called "${company}" has read models; ${names === "" ? "none has: run `centurion start` once" : `there are ${names}`}`
      )
    }
    found.push(schema)
  }
  return found
})

/** Makes a login that reads the read models of these companies and prints its URL, once. */
export const createAnalyst = Effect.fnUntraced(function* (asked: {
  readonly name: string
  readonly company: ReadonlyArray<string>
  readonly json: boolean
}) {
  const { name, json } = asked
  yield* checkName(name)
  const password = randomBytes(24).toString("base64url")
  const made = yield* Effect.mapError(
    asAdmin((query, adminUrl) =>
      Effect.gen(function* () {
        const [first, ...others] = yield* schemasOf(query, asked.company)
        if (first === undefined) return yield* wrongUse("say whose read models: --company acme")
        const enters = yield* makeAnalyst(query, name, password, [first, ...others])
        return { adminUrl, first, enters }
      })
    ),
    refusalOf(name)
  )
  const url = new URL(made.adminUrl)
  url.username = name
  url.password = password
  if (!made.enters) url.searchParams.set("options", `-c centurion.company=${made.first.company}`)
  const companies = [...new Set(asked.company)]
  if (json) return yield* printJson({ analyst: name, companies, databaseUrl: url.href })
  yield* note(`made the login ${name}, which reads ${companies.join(", ")}; its password is shown once`)
  if (companies.length > 1) {
    yield* note(
      `it begins in ${made.first.company}; in another one after: set centurion.company = '…'; set search_path = "c_…"`
    )
  }
  yield* print(url.href)
})

/** Lists the logins of analysts and whose read models they read. */
export const listAnalysts = Effect.fnUntraced(function* ({ json }: { readonly json: boolean }) {
  const all = yield* asAdmin(analysts)
  if (json) return yield* Effect.forEach(all, (analyst) => printJson(analyst), { discard: true })
  if (all.length === 0) return yield* print("no analysts")
  const rows = all.map(({ name, companies }) => [name, companies.join(", ") || "nothing here"])
  yield* printTable([["ANALYST", "COMPANIES"], ...rows])
})

/** Takes an analyst's login away, after a yes. */
export const removeAnalyst = Effect.fnUntraced(function* (asked: {
  readonly name: string
  readonly yes: boolean
  readonly json: boolean
}) {
  const { name, yes, json } = asked
  yield* checkName(name)
  const known = yield* asAdmin(analysts)
  if (!known.some((each) => each.name === name)) {
    const names = known.map((each) => each.name).join(", ")
    return yield* failed(
      "UnknownAnalyst",
      `no analyst is called ${name}; ${names === "" ? "there is none" : `there are ${names}`}`
    )
  }
  if (!yes && !(yield* canAsk)) {
    return yield* wrongUse("drop asks first, and there is no terminal to ask on: add --yes")
  }
  const dropped = yes || (yield* confirm(`Drop the login ${name} and end its sessions? [y/N] `))
  if (dropped)
    yield* Effect.mapError(
      asAdmin((query) => dropAnalyst(query, name)),
      refusalOf(name)
    )
  yield* json
    ? printJson({ analyst: name, dropped })
    : print(dropped ? `the login ${name} is gone` : "nothing was dropped")
})

const refusalOf =
  (name: string) =>
  <E>(error: E | DatabaseError): E | DatabaseError | CliFailure => {
    const { code, message } = (error ?? {}) as { readonly code?: string; readonly message?: string }
    switch (code) {
      case alreadyThere:
        return failed("RoleExists", `this server has a role ${name} already: choose another name`)
      case notAllowed:
        return failed("MayNotMakeRoles", `the login of DATABASE_ADMIN_URL may not do that: ${message}`)
      case neededElsewhere:
        return failed(
          "HasMoreRights",
          `${name} may do something in another database too; drop it there first`
        )
      default:
        return code !== undefined && noSchema.includes(code)
          ? failed(
              "NotMigrated",
              "the database is not prepared for centurion: run `centurion start` on it once"
            )
          : error
    }
  }
