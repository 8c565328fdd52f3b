import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import { type VerifyProgress, verifyHistory } from "../../../eventstore/proof/verify.ts"
import { Settings, type SettingValues } from "../../config.ts"
import { findAnchors } from "../../seals/anchor-place.ts"
import { trustedKeys } from "../../seals/seal-key.ts"
import { mayReachAll } from "../caller.ts"
import { iso } from "../contract/group.ts"
import { type Task, verifyGroup } from "../contract/proof/verify.ts"
import { handlersOf } from "../handlers-of.ts"
import { refuse } from "../refusal.ts"

/** Verifications that are remembered, of all companies; and those that run at once. */
const limits = { keptMax: 200, runningMax: 2 } as const

const check = Effect.fnUntraced(function* (
  settings: SettingValues,
  company: string,
  progress: (at: VerifyProgress) => void
) {
  const { directory } = yield* findAnchors(settings)
  const trust = { keys: yield* trustedKeys(settings, []), anchors: directory }
  return yield* verifyHistory(trust, { company }, progress)
})

const makeTasks = () => {
  const tasks = new Map<string, { readonly company: string; task: Task }>()
  const running = (of?: string) =>
    [...tasks.values()].filter(({ company, task }) => task.state === "running" && (of ?? company) === company)
  const change = (id: string, changed: Partial<Task>) => {
    const found = tasks.get(id)
    if (found !== undefined) found.task = { ...found.task, ...changed }
  }
  const begin = (company: string, startedAt: number): Task => {
    const id = randomBytes(8).toString("hex")
    const task: Task = {
      id,
      state: "running",
      startedAt: iso(startedAt),
      checked: 0,
      total: 0,
      ok: null,
      damages: []
    }
    tasks.set(id, { company, task })
    if (tasks.size > limits.keptMax) tasks.delete(tasks.keys().next().value!)
    return task
  }
  return { running, change, begin, get: (id: string) => tasks.get(id) }
}

/** What answers verifyGroup. */
export const verifyHandlers = Layer.unwrap(
  Effect.gen(function* () {
    const tasks = makeTasks()
    const scope = yield* Effect.scope
    const settings = yield* Settings
    return handlersOf(verifyGroup, {
      begin: Effect.fnUntraced(function* () {
        const { company } = yield* mayReachAll("engine", "read", "verify", "history")
        if (tasks.running(company).length > 0)
          return yield* refuse(409, "the company's history is being verified already")
        if (tasks.running().length >= limits.runningMax)
          return yield* refuse(503, "others are verified just now; try again", { retryAfterMs: 10_000 })
        const task = tasks.begin(company, (yield* EngineClock).now())
        const progress = ({ checked, total }: VerifyProgress) => tasks.change(task.id, { checked, total })
        const work = check(settings, company, progress).pipe(
          Effect.map(({ ok, events, damages }) =>
            tasks.change(task.id, {
              state: "done",
              checked: events,
              // Of seals all companies' positions are told: only what is of this one is its business.
              damages: damages.filter((each) => each.company === null || each.company === company),
              ok: ok || damages.every((each) => each.company !== null && each.company !== company)
            })
          ),
          Effect.catchCause((cause) =>
            Effect.andThen(
              Effect.sync(() => tasks.change(task.id, { state: "failed" })),
              Effect.logError("a verification broke off", cause)
            )
          )
        )
        yield* Effect.forkIn(work, scope)
        return task
      }),
      read: Effect.fnUntraced(function* ({ params: { id } }) {
        const { company } = yield* mayReachAll("engine", "read", "verify.read", `verification:${id}`)
        const found = tasks.get(id)
        if (found?.company === company) return found.task
        return yield* refuse(404, `there is no verification "${id}"`)
      })
    })
  })
)
