import * as Effect from "effect/Effect"
import { Settings, type SettingValues } from "../config.ts"
import { logLayer } from "../wiring/log.ts"
import { failed } from "./cli-failure.ts"
import { note } from "./terminal.ts"

const readyTimeoutMs = 20_000
const readyEveryMs = 100

/** A server of our own on a free port, until the scope ends. */
export const startOwnServer = Effect.fnUntraced(function* (settings: SettingValues) {
  yield* note("no server runs here, so this command starts an engine of its own")
  const { serve } = yield* Effect.promise(() => import("../main.ts"))
  // Whoever asks for one thing did not ask for six invented weeks.
  const quiet = { logLevel: "none", demoHistory: "no" } as const
  const own = { ...settings, ...quiet, host: "127.0.0.1", port: 0 }
  const server = yield* serve.pipe(Effect.provide(Settings.layerWith(own)), Effect.provide(logLayer(own)))
  yield* Effect.mapError(server.booted, (error) => error as Error)
  for (let waited = 0; waited < readyTimeoutMs; waited += readyEveryMs) {
    const response = yield* Effect.promise(() => fetch(`${server.url}/readyz`))
    if (response.ok) return { url: server.url, token: server.token }
    yield* Effect.sleep(readyEveryMs)
  }
  return yield* failed(
    "NotReady",
    "the engine gets no partition: another process owns them; ask that one, by its API"
  )
})
