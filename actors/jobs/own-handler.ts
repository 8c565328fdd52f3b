import * as Effect from "effect/Effect"
import { type AnyActorLogic, type AnyStateMachine, createActor, toPromise } from "xstate"
import type { Json } from "../../eventstore/database/json.ts"
import type { History } from "../../eventstore/log/history.ts"
import { upcast } from "../../eventstore/log/upcast.ts"
import type { ActorState } from "../machine/actor-state.ts"
import { type LiveActor, migratedState, stepInputOf } from "../machine/live-actor.ts"
import { errorAsJson } from "../machine/persisted-state.ts"
import type { AskedAction } from "../machine/running-machine.ts"
import { takeStep } from "../machine/step.ts"
import type { Job } from "./job-attempts.ts"
import { type JobHandler, JobRefused } from "./job-handler.ts"

/**
 * The handler that a machine brings with it: promise logic that it invokes, or its own function for an action.
 * As in XState nothing is tried again: promise logic runs anew only when it did not end, a function runs once.
 */
export const ownHandler = (
  history: History["Service"],
  actor: LiveActor,
  job: Job
): Effect.Effect<JobHandler | undefined> => {
  if (job.child !== undefined) {
    const logic = ownLogic(actor.running.listed, job.name)
    return Effect.succeed(logic === undefined ? undefined : logicHandler(job.name, logic))
  }
  if (job.action !== undefined) return Effect.succeed(actionHandler(job.name, job.action))
  return Effect.map(recallAction(history, actor, job.job), (action) =>
    action === undefined ? undefined : actionHandler(job.name, action)
  )
}

const ownLogic = (machine: AnyStateMachine, src: string): AnyActorLogic | undefined => {
  const named = machine.implementations.actors[src] as AnyActorLogic | undefined
  if (named !== undefined) return named
  const inline = /^xstate\.invoke\.(\d+)\.(.*)$/.exec(src)
  if (inline === null) return undefined
  const invoke = machine.getStateNodeById(inline[2]!).config.invoke
  const config = Array.isArray(invoke) ? invoke[Number(inline[1])] : invoke
  return config?.src as AnyActorLogic | undefined
}

/** `self.id` of the logic is the job's key: the same when it runs anew, and no other job's. */
const logicHandler = (name: string, logic: AnyActorLogic): JobHandler => ({
  name,
  idempotency: "safe",
  notesAttempts: true,
  retriesMax: 0,
  run: (input, { key }) =>
    Effect.tryPromise({
      try: async (signal) => {
        const child = createActor(logic, { input: input as never, id: key })
        signal.addEventListener("abort", () => child.stop())
        const output = toPromise(child)
        child.start()
        return ((await output) ?? null) as Json
      },
      catch: (error) => rejected(error)
    })
})

/** What promise logic threw: its name as the reason, so that a machine can tell one from another. */
const rejected = (error: unknown): JobRefused => {
  const plain = errorAsJson(error)
  const fields = typeof plain === "object" && plain !== null && !Array.isArray(plain) ? plain : {}
  const { reason, name, message } = fields as { reason?: Json; name?: Json; message?: Json }
  return new JobRefused({ reason: String(reason ?? name ?? "Error"), message: String(message ?? plain) })
}

const actionHandler = (name: string, action: AskedAction): JobHandler | undefined => {
  const { exec, info, params } = action
  if (exec === undefined) return undefined
  return {
    name,
    idempotency: "none",
    retriesMax: 0,
    run: () =>
      Effect.tryPromise({
        try: async () => {
          await exec(info, params)
          return null
        },
        catch: (error) => rejected(error)
      })
  }
}

const storeRetryMs = 1000

/** After a restart the function is found again by taking the same step once more. */
const recallAction = Effect.fnUntraced(function* (
  history: History["Service"],
  actor: LiveActor,
  job: string
): Effect.fn.Return<AskedAction | undefined> {
  const asking = Number(job.split(".")[0])
  let state: ActorState | undefined
  for (let after = 0; ; ) {
    const read = yield* Effect.result(history.readStream(actor.company, actor.stream, after, 500))
    if (read._tag === "Failure") {
      yield* Effect.sleep(storeRetryMs)
      continue
    }
    if (read.success.length === 0) return undefined
    for (const event of read.success) {
      after = event.version
      if (event.kind === "emitted") continue
      const running = actor.registered.versions.get(event.machineVersion) ?? actor.running
      const data = upcast(actor.registered.upcasters, event.type, event.schemaVersion, event.data)
      if (event.type === "ActorMigrated") {
        state = migratedState(running, data)
        continue
      }
      const step = takeStep(running, state, event.version, stepInputOf(event.type, data), event.recordedAt)
      if (event.version === asking) return step.jobs.find((each) => each.job === job)?.action
      state = step.state
    }
  }
})
