import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Json } from "../../eventstore/database/json.ts"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import type { ActorEvent } from "./engine.ts"

/**
 * What a new actor starts with when nobody knows more than its first event: the fields of its machine's `input` that
 * the event has by the same name. So `subjectIn("lead")` on `leadId` needs no code of its own. A sentence when that is
 * not what the machine starts with.
 */
export const startFromEvent = (
  { machine, input }: ListedMachine,
  event: ActorEvent
): Result.Result<Json, string> => {
  const names = Object.keys((input as { readonly fields?: object } | undefined)?.fields ?? {})
  const fields = Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(event, name) ? [[name, event[name]!]] : []))
  )
  if (input === undefined) return Result.succeed({})
  const decoded = Schema.decodeUnknownResult(input)(fields)
  if (Result.isSuccess(decoded)) return Result.succeed(fields)
  return Result.fail(`a ${machine.id} can't start with ${event.type}: ${decoded.failure.message}`)
}
