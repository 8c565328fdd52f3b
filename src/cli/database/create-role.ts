import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { DatabaseError } from "../../../eventstore/database/database.ts"
import { loginPattern, makeLogin } from "../../../eventstore/database/login.ts"
import { readSettings } from "../../config.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { note, print, printJson } from "../terminal.ts"

const alreadyThere = "42710"
const notAllowed = "42501"

/** Makes a login for the app by `DATABASE_ADMIN_URL` and prints its URL, once. */
export const createRole = Effect.fnUntraced(function* ({
  name,
  json
}: {
  readonly name: string
  readonly json: boolean
}) {
  if (!loginPattern.test(name)) {
    return yield* wrongUse(
      `--name ${name}: allowed are a-z, 0-9 and _, at most 63 characters, no digit at the start`
    )
  }
  const { databaseAdminUrl } = yield* readSettings()
  if (databaseAdminUrl === undefined) {
    return yield* wrongUse(
      "set DATABASE_ADMIN_URL to the database's owner or a superuser: that login makes the app's"
    )
  }
  const password = randomBytes(24).toString("base64url")
  yield* Effect.mapError(makeLogin({ url: databaseAdminUrl }, name, password), refusalOf(name))
  const url = new URL(Redacted.value(databaseAdminUrl))
  url.username = name
  url.password = password
  if (json) return yield* printJson({ role: name, databaseUrl: url.href })
  yield* note(
    `made the login ${name}, which may take the engine's role and nothing more; its password is shown once`
  )
  yield* print(`DATABASE_URL=${url.href}`)
})

const refusalOf = (name: string) => (error: DatabaseError) => {
  if (error.code === alreadyThere) {
    return failed(
      "RoleExists",
      `this server has a role ${name} already: choose another --name, or set its password with \`alter role\``
    )
  }
  return error.code === notAllowed
    ? failed("MayNotMakeRoles", `the login of DATABASE_ADMIN_URL may not make a role: ${error.message}`)
    : error
}
