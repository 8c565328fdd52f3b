import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { JobRefused } from "../../actors/jobs/job-handler.ts"
import type { Json } from "../../eventstore/database/json.ts"

/** Reads a job's input by its schema; fails with `JobRefused`, reason `wrongInput`, that names the place. */
export const decodeInput = <T, E>(job: string, schema: Schema.Codec<T, E>) => {
  const decode = Schema.decodeUnknownEffect(schema)
  return (input: Json) =>
    Effect.mapError(
      decode(input),
      (error) =>
        new JobRefused({
          reason: "wrongInput",
          message: `The input of ${job} is wrong: ${error.message.replaceAll(/\n\s*/g, " ")}`
        })
    )
}
