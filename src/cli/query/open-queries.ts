import { tmpdir } from "node:os"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { Database } from "../../../eventstore/database/database.ts"
import { Secrets } from "../../../eventstore/personal/secrets.ts"
import { upcastersOf } from "../../../machines/upcasters.ts"
import { projectionsLayer } from "../../../projections/engine/projections-layer.ts"
import { readModels } from "../../../projections/index.ts"
import { Settings, type SettingValues } from "../../config.ts"
import { remoteQueriesLayer } from "../../control/remote-services.ts"
import { holdDirectory } from "../../pglite/embedded-database.ts"
import { type EngineFileContent, findRunningEngine } from "../../pglite/engine-file.ts"
import { localQueriesLayer, pastLayer } from "../../queries/local-queries.ts"
import { Queries, type QueryFailure } from "../../queries/queries.ts"
import { embeddedAccess, prepareDatabase, storeLayerOf } from "../../wiring/connect-database.ts"
import { failed } from "../cli-failure.ts"
import { findStorePlace, noDatabase, type StorePlace } from "../open-store.ts"
import { Io, note } from "../terminal.ts"

/** What this process can do for the read models itself, where nobody else does. */
export interface OwnHands {
  /** Runs what it is given while this process keeps the read models. */
  readonly keep: <A, E, R>(use: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Fails where personal data can't be opened: what is folded without its keys would lack it. */
  readonly mayFold: Effect.Effect<void, QueryFailure>
}

/** Another process does all that. */
const noHands: OwnHands = { keep: (work) => work, mayFold: Effect.void }

/** What went wrong beside the command, for a person; our output is the result's. */
const warningsLayer = Layer.merge(
  Logger.layer([
    Effect.map(Io, ({ stderr }) =>
      Logger.make<unknown, void>(
        ({ message }) =>
          void stderr.write(`${(Array.isArray(message) ? message : [message]).map(String).join(" ")}\n`)
      )
    )
  ]),
  Layer.succeed(References.MinimumLogLevel, "Warn")
)

const remote = ({ url, token, pid }: EngineFileContent, dir: string) =>
  url === null
    ? failed(
        "EngineRuns",
        `process ${pid} holds the embedded database in ${dir} and does not listen yet; try again in a moment`
      )
    : Effect.succeed(remoteQueriesLayer({ url, token }))

/** The database at the place that this process opens; undefined when another holds it. */
const openHere = Effect.fnUntraced(function* (place: StorePlace, settings: SettingValues) {
  if (place.kind === "postgres") return place.access
  if (place.kind === "running") return undefined
  const held = yield* Effect.result(holdDirectory(place.dir))
  if (held._tag === "Failure") {
    if (held.failure._tag !== "EngineRuns") return yield* held.failure
    return undefined
  }
  const access = yield* embeddedAccess(settings.dir)
  yield* prepareDatabase(access, note)
  return access
})

/**
 * Gives a command the queries of the settings at hand: over the database that this process opens, or of the process that
 * holds it.
 */
export const withQueries = <A, E, R>(
  use: (hands: OwnHands) => Effect.Effect<A, E, R>,
  options: { readonly spools: boolean } = { spools: true }
) =>
  Effect.gen(function* () {
    const settings = yield* Settings
    const place = findStorePlace(settings)
    if (place === undefined) return yield* noDatabase(settings.dir)
    const access = yield* openHere(place, settings)
    if (access === undefined) {
      const engine = place.kind === "running" ? place.engine : findRunningEngine(settings.dir)
      if (engine === undefined)
        return yield* failed("EngineRuns", `${settings.dir} was just given free; try again`)
      return yield* Effect.provide(use(noHands), yield* remote(engine, settings.dir))
    }
    const stored = yield* Layer.build(storeLayerOf(access, settings))
    const session = access.embedded
      ? Effect.provide(Database, stored)
      : Effect.flatMap(
          Layer.build(Database.layer({ connection: access.connection, connectionsMax: 1, embedded: false })),
          (made) => Effect.provide(Database, made)
        )
    const secrets = yield* Effect.provide(Secrets, stored)
    const mayFold = Effect.asVoid(secrets.take("*", "master key check"))
    const queries = localQueriesLayer({
      mayFold,
      session,
      spoolDir: options.spools ? tmpdir() : undefined
    }).pipe(Layer.provide(pastLayer))
    const keeping = projectionsLayer({
      models: readModels,
      upcastersOf,
      owner: undefined,
      onCommit: () => Effect.succeed(() => {})
    })
    const keep: OwnHands["keep"] = (work) =>
      Effect.provide(work, Layer.provide(keeping, Layer.succeedContext(stored)))
    return yield* Effect.provide(use({ keep, mayFold }), Layer.provide(queries, Layer.succeedContext(stored)))
  }).pipe(Effect.scoped, Effect.provide(Settings.layer), Effect.provide(warningsLayer))

/** Names of companies in a message at most. */
const namedMax = 20

/** The company that is meant: the one that was named, else the only one. */
export const companyAsked = Effect.fnUntraced(function* (named: string | undefined) {
  const companies = yield* Effect.flatMap(Queries, (queries) => queries.companies)
  const found = companies.find(({ company }) => company === named) ?? companies[0]
  const all = companies.map(({ company }) => company)
  const names = `${all.slice(0, namedMax).join(", ")}${all.length > namedMax ? ", …" : ""}`
  if (found === undefined) return yield* failed("UnknownCompany", "there is no company yet")
  if (named !== undefined && found.company !== named) {
    return yield* failed(
      "UnknownCompany",
      `no company is called "${named}"; there ${all.length === 1 ? "is" : "are"} ${names}`
    )
  }
  if (named === undefined && all.length > 1)
    return yield* failed(
      "WhichCompany",
      `there are several companies: say which with --company; there are ${names}`
    )
  return found
})
