import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { Engine } from "../../../../actors/engine/engine.ts"
import { EngineClock } from "../../../../actors/engine/engine-clock.ts"
import { engineLayer } from "../../../../actors/engine/engine-layer.ts"
import { defaultLimits } from "../../../../actors/engine/engine-limits.ts"
import { Ownership } from "../../../../actors/engine/ownership.ts"
import { Database } from "../../../../eventstore/database/database.ts"
import { storeLayer } from "../../../../eventstore/database/store-layers.ts"
import { testMasterKeys } from "../../../databases.ts"
import type { Asked } from "./engine-process.ts"
import { alarm, counter } from "./machines.ts"

const { DATABASE_URL = "", OWNER = "", LEASE_MS = "" } = process.env
const connection = { url: Redacted.make(DATABASE_URL) }

const runtime = ManagedRuntime.make(
  engineLayer({
    machines: [{ machine: counter }, { machine: alarm }],
    handlers: [],
    companies: ["acme"],
    startInput: () => Effect.succeed(null),
    limits: { ...defaultLimits, partitionsPerCompany: 4, deliverTimeoutMs: 2000 }
  }).pipe(
    Layer.provide(Ownership.layerLease({ owner: OWNER, leaseMs: Number(LEASE_MS) })),
    Layer.provide(storeLayer),
    Layer.provide(testMasterKeys),
    Layer.provide(Database.layer({ connection, connectionsMax: 4, embedded: false })),
    Layer.provide(EngineClock.layer())
  )
)

const answerTo = (question: Asked) =>
  Effect.gen(function* () {
    const engine = yield* Engine
    if (question.kind === "status") return yield* engine.status
    const [machine = "", id = ""] = question.to.split("/")
    const envelope = { principal: "person:ana", ...question.envelope }
    const sent = yield* Effect.result(
      engine.deliver({ company: "acme", machine, id }, question.event, envelope)
    )
    return sent._tag === "Success" ? sent.success : { ...sent.failure, message: sent.failure.message }
  })

process.on("message", ({ id, question }: { id: number; question: Asked }) => {
  runtime.runPromise(answerTo(question)).then(
    (answer) => process.send?.({ id, answer }),
    (error) => {
      console.error(error)
      process.exit(1)
    }
  )
})
// Whoever started us is gone: nobody would ever end us.
process.on("disconnect", () => process.exit(0))
