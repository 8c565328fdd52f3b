import * as Result from "effect/Result"
import type { JsonObject } from "../../eventstore/database/json.ts"
import { whyNotStorable } from "../../eventstore/database/storable-text.ts"
import { canonicalJson } from "../../eventstore/proof/hash.ts"
import { type Address, whyNotId } from "../address.ts"
import type { MachineRegistry, RegisteredMachine } from "../machine/machine-registry.ts"
import { type ActorEvent, type Envelope, EventRefused } from "./engine.ts"
import type { EngineLimits } from "./engine-limits.ts"
import { unknownMachine } from "./refusals.ts"

const keyMaxLength = 512

/** The data as it will be stored. */
export interface AcceptedEvent {
  readonly data: JsonObject
  /** Its canonical text. */
  readonly text: string
}

const refused = (reason: EventRefused["reason"], message: string) =>
  Result.fail(new EventRefused({ reason, message }))

/** The data as it will be stored, or why it can't be. */
export const acceptEvent = (
  registry: MachineRegistry,
  limits: EngineLimits,
  address: Address,
  event: ActorEvent,
  envelope: Envelope
): Result.Result<AcceptedEvent, EventRefused> => {
  const registered: RegisteredMachine | undefined = registry.get(address.machine)
  if (registered === undefined) return Result.fail(unknownMachine(registry, address))
  if ((envelope.key?.length ?? 0) > keyMaxLength)
    return refused("tooLarge", `the key is longer than ${keyMaxLength} characters`)
  const wrong = whyNotId(address.id) ?? wrongWord({ ...envelope, type: event.type }) ?? wrongTime(envelope)
  if (wrong !== undefined) return refused("wrongData", wrong)
  const accepted = registered.accept(event)
  if (Result.isFailure(accepted)) return Result.fail(accepted.failure)
  const stored = asStored(event.type, accepted.success)
  if (Result.isFailure(stored)) return stored
  const { length } = stored.success.text
  const isTooLarge =
    length > limits.eventMaxBytes / 4 && Buffer.byteLength(stored.success.text) > limits.eventMaxBytes
  return isTooLarge
    ? refused("tooLarge", `${event.type} is larger than ${limits.eventMaxBytes} bytes`)
    : stored
}

/** The machine gets what a replay will give it: the same keys in the same order. */
export const asStored = (type: string, data: JsonObject): Result.Result<AcceptedEvent, EventRefused> => {
  try {
    const text = canonicalJson(data, type)
    return Result.succeed({ data: JSON.parse(text) as JsonObject, text })
  } catch (error) {
    return refused("wrongData", error instanceof Error ? error.message : String(error))
  }
}

/** What the store would refuse, or keep as another word than the one that was hashed. */
const wrongWord = (words: Envelope & { readonly type: string }): string | undefined => {
  for (const name of ["principal", "key", "causation", "correlation", "type"] as const) {
    const word = words[name]
    if (word === undefined) continue
    const why = whyNotStorable(word)
    if (why !== undefined) return `${name} ${why}`
  }
  return undefined
}

/** The years 1 to 9999: the database's arithmetic keeps every millisecond of them. */
const timeMin = -62_135_596_800_000
const timeMax = 253_402_300_799_999

const wrongTime = ({ occurredAt = 0 }: Envelope): string | undefined =>
  Number.isInteger(occurredAt) && occurredAt >= timeMin && occurredAt <= timeMax
    ? undefined
    : `occurredAt is ${occurredAt}, which is no time in whole milliseconds of the years 1 to 9999`
