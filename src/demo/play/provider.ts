import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { Passed } from "../doubles/accepted-log.ts"
import type { FaultSettings } from "../doubles/faults.ts"
import type { Incoming } from "../doubles/provider-double.ts"
import { ask, type DemoFailed, freePort, startChild, waitFor } from "./child.ts"

/** A provider's double in a process of its own, and the lead who writes through it. */
export interface Provider {
  readonly url: string
  /** The lead writes; the double sends the webhook until it is answered with 200. */
  readonly write: (incoming: Incoming) => Effect.Effect<void>
  readonly faults: (settings: FaultSettings) => Effect.Effect<void>
  /** What it accepted from us for one contact, in order. */
  readonly sentTo: (contact: string) => Effect.Effect<ReadonlyArray<Passed>>
  readonly incomingOf: (contact: string) => Effect.Effect<ReadonlyArray<Passed>>
}

const startMs = 120_000

/** Starts a double that sends its webhooks to `webhook`. */
export const startProvider = (
  name: "evolution" | "telegram",
  webhook: string,
  args: ReadonlyArray<string>
): Effect.Effect<Provider, DemoFailed, Scope> =>
  Effect.gen(function* () {
    const port = yield* freePort
    const url = `http://127.0.0.1:${port}`
    const flags = [
      "--port",
      String(port),
      "--webhook",
      webhook,
      "--retry-ms",
      "100",
      "--ack-delay-ms",
      "60",
      ...args
    ]
    const child = yield* startChild(`src/demo/doubles/${name}.ts`, flags)
    const passed = (kind: "sent" | "incoming") => (contact: string) =>
      Effect.map(ask<Record<typeof kind, ReadonlyArray<Passed>>>(`${url}/_double/${kind}`), (all) =>
        (all?.[kind] ?? []).filter((each) => each.contact === contact)
      )
    yield* waitFor(`the ${name} double`, startMs, ask(`${url}/_double/state`), child)
    return {
      url,
      write: (incoming) => Effect.asVoid(ask(`${url}/_double/incoming`, incoming)),
      faults: (settings) => Effect.asVoid(ask(`${url}/_double/faults`, settings)),
      sentTo: passed("sent"),
      incomingOf: passed("incoming")
    }
  })
