import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { withAdminConnection } from "../eventstore/database/database.ts"
import { makeLogin } from "../eventstore/database/login.ts"

/** A login as the app should have: no superuser, and a member of the engine's role alone. */
export interface TestLogin {
  readonly name: string
  /** The URL of a database of the server, as this login. */
  readonly urlOf: (database: string) => string
  /** After the databases in which it may own something are gone. */
  readonly drop: () => Promise<void>
}

/** Makes one on an administrator's server. */
export const makeTestLogin = async (serverUrl: string): Promise<TestLogin> => {
  const name = `centurion_app_${randomBytes(6).toString("hex")}`
  const password = randomBytes(12).toString("hex")
  const admin = { url: Redacted.make(serverUrl) }
  await Effect.runPromise(makeLogin(admin, name, password))
  return {
    name,
    urlOf: (database) => {
      const url = new URL(serverUrl)
      url.username = name
      url.password = password
      url.pathname = `/${database}`
      return url.href
    },
    drop: () =>
      Effect.runPromise(withAdminConnection(admin, (query) => Effect.asVoid(query(`drop role ${name}`))))
  }
}
