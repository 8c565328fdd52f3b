import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { demoCompany } from "../../companies/demo.ts"
import { ask, type Child, type DemoFailed, endChild, freePort, startChild, waitFor } from "./child.ts"
import { type Provider, startProvider } from "./provider.ts"

/** Everything that the demo plays with: two providers, and an engine that can be killed and started again. */
export interface Stage {
  readonly dir: string
  readonly whatsapp: Provider
  readonly telegram: Provider
  /** Kills the engine as a power cut would, or lets it end in order. */
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Effect.Effect<void>
  /** Starts the engine on the same directory; gives how long it took to be ready, in ms. */
  readonly start: (clockAheadMs?: number) => Effect.Effect<number, DemoFailed>
  /** How long the last start took. */
  readonly startedInMs: () => number
}

const secret = "a-secret-of-the-demo"
const token = "42:demo-token"
const startMs = 120_000

/** The demo company at a quicker pace, and open at all hours, so that a minute is enough at any time of day. */
const quickCompany = {
  ...demoCompany,
  conversation: {
    ...demoCompany.conversation,
    turnClosureMs: 500,
    typing: { charactersPerMinute: 12_000, minMs: 150, maxMs: 500 },
    businessHours: Array.from({ length: 7 }, () => ({ fromMinute: 0, toMinute: 24 * 60 }))
  },
  instances: [
    { channel: "evolution", instance: "main" },
    { channel: "telegram", instance: "aurora" },
    { channel: "web-chat", instance: "*" }
  ]
}

/** Sets the stage in a fresh directory; the engine is not started yet. */
export const setStage = (directory: string): Effect.Effect<Stage, DemoFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const dir = resolve(directory)
    rmSync(dir, { recursive: true, force: true })
    mkdirSync(join(dir, "companies"), { recursive: true })
    writeFileSync(join(dir, "companies", "demo.json"), JSON.stringify(quickCompany, null, 2))
    const port = yield* freePort
    const url = `http://127.0.0.1:${port}`
    const [whatsapp, telegram] = yield* Effect.all(
      [
        startProvider("evolution", `${url}/webhook/whatsapp`, ["--secret", secret, "--api-key", "demo-key"]),
        startProvider("telegram", `${url}/webhook/telegram`, ["--secret", secret, "--token", token])
      ],
      { concurrency: 2 }
    )
    const env = {
      PORT: String(port),
      CENTURION_DIR: dir,
      DATABASE_URL: "",
      DATABASE_ADMIN_URL: "",
      REDIS_URL: "",
      CENTURION_EVOLUTION_URL: whatsapp.url,
      CENTURION_EVOLUTION_API_KEY: "demo-key",
      CENTURION_EVOLUTION_INSTANCES: "main",
      CENTURION_EVOLUTION_WEBHOOK_SECRET: secret,
      CENTURION_RECEIPT_SETTLE_MS: "1000",
      CENTURION_TELEGRAM_URL: telegram.url,
      CENTURION_TELEGRAM_TOKEN: token,
      CENTURION_TELEGRAM_INSTANCE: "aurora",
      CENTURION_TELEGRAM_WEBHOOK_SECRET: secret
    }
    let engine: Child | undefined
    let startedInMs = 0
    const scope = yield* Effect.scope
    const start = (clockAheadMs = 0) =>
      Effect.gen(function* () {
        const began = performance.now()
        const wound = { ...env, CENTURION_CLOCK_AHEAD_MS: String(clockAheadMs) }
        const child = yield* Effect.provideService(
          startChild("src/cli/main.ts", ["start"], wound),
          Scope.Scope,
          scope
        )
        engine = child
        yield* waitFor("the engine to be ready", startMs, ask(`${url}/readyz`), child)
        startedInMs = performance.now() - began
        return startedInMs
      })
    const end = (signal: "SIGTERM" | "SIGKILL") =>
      Effect.suspend(() => (engine === undefined ? Effect.void : endChild(engine, signal)))
    return { dir, whatsapp, telegram, start, end, startedInMs: () => startedInMs }
  })
