import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Operator } from "../../../src/accounts/people/operator.ts"
import { Sessions } from "../../../src/accounts/sessions/sessions.ts"
import type { SettingValues } from "../../../src/config.ts"
import type { Booted } from "../../../src/wiring/boot.ts"
import type { DatabaseKind } from "../../databases.ts"
import { type OpenServer, openServer, quickCompany } from "../http/open-server.ts"

/** An answer with its body as JSON; undefined when it has none. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly body: any
}

/** How a test asks. */
export interface AskOptions {
  readonly method?: string
  readonly body?: unknown
  /** The body as it is sent, instead of `body`. */
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export type Ask = (path: string, options?: AskOptions) => Promise<Answer>

/** A server with the companies `acme` and `globex`, and people at both. */
export interface OpenApiServer extends Omit<OpenServer, "ask"> {
  /** Asks without credentials. */
  readonly anonymous: Ask
  /** Asks as somebody of a company with these roles; the same name is the same user. */
  readonly as: (company: string, name: string, ...roles: ReadonlyArray<string>) => Promise<Caller>
  /** One of the services that the server runs with. */
  readonly service: <Id extends Booted, S>(tag: Context.Key<Id, S>) => Promise<S>
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
}

/** Somebody who asks. */
export interface Caller {
  readonly id: string
  readonly token: string
  readonly ask: Ask
}

const companyFile = (id: string) => ({ ...quickCompany, id, name: id, instances: instancesOf(id) })
const instancesOf = (id: string) =>
  id === "acme" ? [{ channel: "web-chat", instance: "*" }] : [{ channel: "web-chat", instance: `${id}-page` }]

const newDirectory = () => {
  const dir = mkdtempSync(join(tmpdir(), "centurion-api-"))
  mkdirSync(join(dir, "companies"))
  for (const id of ["acme", "globex"])
    writeFileSync(join(dir, "companies", `${id}.json`), JSON.stringify(companyFile(id)))
  return dir
}

const asker =
  (url: string, token?: string): Ask =>
  async (path, { method, body, raw, headers = {} } = {}) => {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(`${url}${path}`, {
      method: method ?? (sent === undefined ? "GET" : "POST"),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(sent === undefined ? {} : { "content-type": "application/json" }),
        ...headers
      },
      ...(sent === undefined ? {} : { body: sent as BodyInit })
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get("content-type") ?? "")
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text || undefined
    }
  }

const password = Redacted.make("correct horse battery")

/** Starts one on a database of its own; `close` takes everything away. */
export const openApiServer = async (
  kind: DatabaseKind,
  own: Partial<SettingValues> = {}
): Promise<OpenApiServer> => {
  const dir = newDirectory()
  const database = kind.name === "Postgres" ? await kind.make() : undefined
  const urls =
    database === undefined
      ? {}
      : {
          databaseUrl: Redacted.make(database.env.DATABASE_URL!),
          databaseAdminUrl: Redacted.make(database.env.DATABASE_ADMIN_URL!)
        }
  const server = await openServer({ dir, ...urls, ...own })
  const run: OpenApiServer["run"] = (effect) => Effect.runPromise(effect)
  const service: OpenApiServer["service"] = async (tag) => Context.get(await run(server.booted), tag)
  let logins = 0
  const as: OpenApiServer["as"] = async (company, name, ...roles) => {
    const operator = await service(Operator)
    const email = `${name}@example.com`
    await run(Effect.exit(operator.createUser(company, { email, name, roles, password }, "operator:test")))
    const sessions = await service(Sessions)
    // Each from an address of its own: logins are few a minute.
    const from = { address: `10.0.${Math.floor(++logins / 250)}.${logins % 250}`, agent: "test" }
    const { access, user } = await run(sessions.login({ email, password, company, ...from }))
    const token = Redacted.value(access.token)
    return { id: user.id, token, ask: asker(server.url, token) }
  }
  return {
    ...server,
    anonymous: asker(server.url),
    as,
    service,
    run,
    close: async () => {
      await server.close()
      rmSync(dir, { recursive: true, force: true })
      await database?.drop()
    }
  }
}
