import * as Effect from "effect/Effect"
import type { JobContext, JobHandler } from "../../../../actors/jobs/job-handler.ts"
import type { Json } from "../../../../eventstore/database/json.ts"

/** How an attempt ends: with a result, a failure, or never. */
export type Attempt = (context: JobContext, input: Json) => ReturnType<JobHandler["run"]>

/** A handler of `work` that keeps what it was called with, and goes through the attempts; the last one stays. */
export const scripted = (
  attempts: ReadonlyArray<Attempt>,
  rest: Partial<JobHandler> = {}
): JobHandler & { readonly calls: Array<JobContext & { readonly input: Json }> } => {
  const calls: Array<JobContext & { readonly input: Json }> = []
  return {
    name: "work",
    idempotency: "safe",
    calls,
    run: (input, context) =>
      Effect.suspend(() => {
        calls.push({ ...context, input })
        return attempts[Math.min(calls.length, attempts.length) - 1]!(context, input)
      }),
    ...rest
  }
}

/** A gate that holds an attempt until it is opened. */
export const gate = () => {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, wait: Effect.promise(() => opened) }
}
