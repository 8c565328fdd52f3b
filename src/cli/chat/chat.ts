import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readSettings, type SettingValues } from "../../config.ts"
import { findRunningEngine } from "../../pglite/engine-file.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { startOwnServer } from "../own-server.ts"
import { talk } from "./talk.ts"
import { visitorSecret } from "./visitor-file.ts"

/** What `centurion chat` was asked. */
export interface ChatAsked {
  readonly company: string
  readonly url: Option.Option<string>
  readonly fresh: boolean
  readonly json: boolean
}

const probeTimeoutMs = 1500

/** Talks in the terminal, or with what is piped in; with a server if one runs, else with an engine of its own. */
export const chat = Effect.fnUntraced(function* (asked: ChatAsked) {
  const settings = yield* readSettings()
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(asked.company)) {
    return yield* wrongUse(`the company "${asked.company}" is not 1-63 of a-z, 0-9, _ and -`)
  }
  const findUrl = yield* findServer(settings, Option.getOrUndefined(asked.url))
  const secret = visitorSecret(settings.dir, asked.company, asked.fresh)
  yield* talk({ findUrl, company: asked.company, secret, json: asked.json })
}, Effect.scoped)

/** Where the server is; asked again after each lost connection, for it may come back elsewhere. */
const findServer = Effect.fnUntraced(function* (settings: SettingValues, given: string | undefined) {
  if (given !== undefined) {
    const url = URL.parse(given)
    if (url === null || !/^https?:$/.test(url.protocol)) {
      return yield* wrongUse(`--url begins with http:// or https://; "${given}" does not`)
    }
    const base = given.replace(/\/+$/, "")
    if (!(yield* isServer(base))) return yield* failed("NoServer", `no centurion answers at ${base}`)
    return () => base
  }
  const { databaseUrl, dir, host, port } = settings
  if (databaseUrl === undefined) {
    const running = findRunningEngine(dir)?.url
    if (running != null) return () => findRunningEngine(dir)?.url ?? running
  } else {
    const usual = `http://${host.includes(":") ? `[${host}]` : host}:${port}`
    if (yield* isServer(usual)) return () => usual
  }
  const { url } = yield* startOwnServer(settings)
  return () => url
})

const isServer = (base: string) =>
  Effect.promise(async () => {
    try {
      const response = await fetch(`${base}/healthz`, { signal: AbortSignal.timeout(probeTimeoutMs) })
      return ((await response.json()) as { status?: unknown }).status === "alive"
    } catch {
      return false
    }
  })
