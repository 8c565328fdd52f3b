import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Database } from "../../../eventstore/database/database.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { verify } from "../../../eventstore/proof/verify.ts"
import type { OpenApiServer } from "../../src/api/open-api.ts"
import type { TwoCompanies } from "../../src/api/two-companies.ts"

const masterKey = Buffer.from("canary-master-key-0123456789abcd")
const canary = (name: string) => `canary-${name}-5f3a9c1e`
const telegramToken = `123456:${canary("telegram-token")}`

/** A canary in each secret that the server is given, and how each would look if it got out. */
export const secretSettings = {
  settings: {
    masterKey: Redacted.make(masterKey.toString("base64")),
    metricsToken: Redacted.make(canary("metrics")),
    telegramToken: Redacted.make(telegramToken),
    telegramWebhookSecret: Redacted.make(canary("telegram-secret")),
    telegramUrl: "http://127.0.0.1:9"
  },
  canaries: [
    masterKey.toString("base64"),
    masterKey.toString("hex"),
    masterKey.toString("utf8"),
    canary("metrics"),
    telegramToken,
    canary("telegram-secret"),
    "correct horse battery"
  ]
} as const

/** What came to the other company from outside, and what its admin sees of users and keys. */
export interface OtherCompany {
  readonly history: string
  readonly accounts: string
}

/** When somebody was last seen changes by looking. */
const withoutTimes = (_: string, value: unknown) =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([name]) => !/^(seen|used|loggedIn)At$/.test(name)))
    : value

/** The other company as it is now. */
export const otherCompanyNow = async (
  server: OpenApiServer,
  { theirs }: TwoCompanies
): Promise<OtherCompany> => {
  const database = await server.service(Database)
  // Its own timers and jobs go on meanwhile.
  const fromOutside = await server.run(
    database.query(
      `select stream, version::int, type, principal from es.event
         where company = $1 and principal <> 'engine' and principal not like 'actor:%' order by stream, version`,
      [theirs.id]
    )
  )
  // The token of the filling may have expired by then.
  const again = await server.as(theirs.id, `${theirs.marker}-admin`, "Admin")
  const seen = await Promise.all(
    ["users?limit=200", "api-keys", "invitations"].map(
      async (path) => (await again.ask(`/api/v1/${path}`)).body
    )
  )
  return {
    history: JSON.stringify(fromOutside),
    accounts: JSON.stringify(seen, withoutTimes)
  }
}

/** What the requests left behind that they should not have: a sentence each. */
export const tracesOf = async (
  server: OpenApiServer,
  companies: TwoCompanies,
  before: OtherCompany,
  secrets: ReadonlyArray<string>
): Promise<ReadonlyArray<string>> => {
  const wrongs: Array<string> = []
  const alive = await server.anonymous("/readyz")
  if (alive.status !== 200) wrongs.push(`the server answers /readyz with ${alive.status}`)
  const after = await otherCompanyNow(server, companies)
  if (after.history !== before.history)
    wrongs.push(`the other company's history was ${before.history} and is ${after.history}`)
  if (after.accounts !== before.accounts) wrongs.push("the other company's users or keys have changed")
  const store = await server.service(EventStore)
  const verified = await server.run(Effect.provideService(verify({}), EventStore, store))
  if (!verified.ok) wrongs.push(`history does not verify: ${JSON.stringify(verified.damages).slice(0, 400)}`)
  const told = secrets.find((secret) => server.logs.some((line) => line.includes(secret)))
  if (told !== undefined) wrongs.push(`the log tells a secret that begins with ${told.slice(0, 4)}`)
  const broke = server.logs.filter((line) => line.includes(" broke"))
  if (broke.length > 0)
    wrongs.push(`${broke.length} errors in the log, the first: ${broke[0]!.slice(0, 600)}`)
  return wrongs
}
