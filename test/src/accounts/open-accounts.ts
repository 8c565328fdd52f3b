import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Redacted from "effect/Redacted"
import type { Database, Row } from "../../../eventstore/database/database.ts"
import { type AccountServices, accountsLayerWith } from "../../../src/accounts/accounts-layer.ts"
import { Operator } from "../../../src/accounts/people/operator.ts"
import { Passwords } from "../../../src/accounts/people/passwords.ts"
import type { UserPrincipal } from "../../../src/accounts/principal.ts"
import { Authentication } from "../../../src/accounts/sessions/authentication.ts"
import type { LoggedIn } from "../../../src/accounts/sessions/log-in.ts"
import { Sessions } from "../../../src/accounts/sessions/sessions.ts"
import { limiterStoreMemory } from "../../../src/redis/limiter-store.ts"
import type { DatabaseKind, TestDatabase } from "../../databases.ts"

/** Any moment: the clock of these tests is moved by hand. */
export const start = 1_767_614_400_000

/** A good password that is said nowhere else, so that it can be looked for. */
export const goodPassword = "quiet-otter-77-lamp"

/** A hash that costs next to nothing. */
const cheap = { memory: 64, passes: 1, parallelism: 1 }

/** All services of accounts on a database with the companies acme and other, and a clock moved by hand. */
export interface OpenAccounts {
  readonly database: TestDatabase
  readonly run: <A, E>(effect: Effect.Effect<A, E, AccountServices | Database>) => Promise<A>
  /** The error that it fails with. */
  readonly refused: <A, E>(effect: Effect.Effect<A, E, AccountServices | Database>) => Promise<E>
  readonly tick: (ms: number) => void
  readonly now: () => number
  /** Makes a user, who logs in. */
  readonly user: (company: string, email: string, ...roles: ReadonlyArray<string>) => Promise<Someone>
  readonly login: (email: string, company?: string) => Promise<LoggedIn>
  readonly principal: (loggedIn: LoggedIn) => Promise<UserPrincipal>
  /** Entries of a company, the oldest first: principal, action, target, outcome, reason. */
  readonly audit: (company: string) => Promise<ReadonlyArray<Row>>
  /** Another process on the same database, with caches and limits of its own. */
  readonly another: () => Promise<Pick<OpenAccounts, "run" | "refused">>
  readonly close: () => Promise<void>
}

/** A user who is logged in. */
export interface Someone {
  readonly id: string
  readonly loggedIn: LoggedIn
  readonly principal: UserPrincipal
}

/** What a client sends. */
export const bearer = ({ access }: { readonly access: LoggedIn["access"] }): string =>
  `Bearer ${Redacted.value(access.token)}`

const runtimeOn = (database: TestDatabase, clock: Clock.Clock) => {
  const runtime = ManagedRuntime.make(
    accountsLayerWith(Passwords.layerWith(cheap)).pipe(
      Layer.provide(Layer.provide(RateLimiter.layer, limiterStoreMemory)),
      Layer.provideMerge(database.layer),
      Layer.provideMerge(Layer.succeed(Clock.Clock, clock))
    )
  )
  const run: OpenAccounts["run"] = (effect) => runtime.runPromise(effect)
  const refused: OpenAccounts["refused"] = (effect) => runtime.runPromise(Effect.flip(effect))
  return { run, refused, dispose: () => runtime.dispose() }
}

const clockAt = (at: () => number): Clock.Clock => ({
  currentTimeMillisUnsafe: at,
  currentTimeMillis: Effect.sync(at),
  currentTimeNanosUnsafe: () => BigInt(at()) * 1_000_000n,
  currentTimeNanos: Effect.sync(() => BigInt(at()) * 1_000_000n),
  monotonicTimeNanosUnsafe: () => BigInt(at()) * 1_000_000n,
  monotonicTimeNanos: Effect.sync(() => BigInt(at()) * 1_000_000n),
  sleep: () => Effect.never
})

export const openAccounts = async (kind: DatabaseKind): Promise<OpenAccounts> => {
  const database = await kind.make()
  let at = start
  const clock = clockAt(() => at)
  const { run, refused, dispose } = runtimeOn(database, clock)
  const others: Array<() => Promise<void>> = []
  await database.admin("select es.create_company('acme', 1), es.create_company('other', 1)")

  const login: OpenAccounts["login"] = (email, company) =>
    run(
      Effect.flatMap(Sessions, (sessions) =>
        sessions.login({
          email,
          password: Redacted.make(goodPassword),
          // One of its own for each, so that the throttle is met by its own tests only.
          address: Buffer.from(email).toString("hex").slice(-40),
          ...(company === undefined ? {} : { company })
        })
      )
    )
  const principal: OpenAccounts["principal"] = (loggedIn) =>
    run(
      Effect.flatMap(Authentication, ({ authenticate }) => authenticate(bearer(loggedIn)))
    ) as Promise<UserPrincipal>
  return {
    database,
    run,
    refused,
    tick: (ms) => {
      at += ms
    },
    now: () => at,
    login,
    principal,
    user: async (company, email, ...roles) => {
      const asked = { email, name: email, roles, password: Redacted.make(goodPassword) }
      const { id } = await run(
        Effect.flatMap(Operator, (operator) => operator.createUser(company, asked, "operator:test"))
      )
      const loggedIn = await login(email, company)
      return { id, loggedIn, principal: await principal(loggedIn) }
    },
    audit: (company) =>
      database.admin(
        "select principal, action, target, outcome, reason from core.audit where company = $1 order by entry",
        [company]
      ),
    another: async () => {
      const other = runtimeOn(database, clock)
      others.push(other.dispose)
      return other
    },
    close: async () => {
      for (const close of others) await close()
      await dispose()
      await database.drop()
    }
  }
}
