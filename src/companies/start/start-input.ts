import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Address } from "../../../actors/address.ts"
import { type ActorEvent, EventRefused } from "../../../actors/engine/engine.ts"
import { startFromEvent } from "../../../actors/engine/start-from-event.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { machines } from "../../../machines/index.ts"
import type { Company } from "../company.ts"
import { startCompany } from "./company.ts"
import { starts } from "./index.ts"
import { type Begun, type Start, Starter } from "./start.ts"

const decodeStarter = Schema.decodeUnknownResult(Schema.UndefinedOr(Starter))
const listed = new Map(machines.map((each) => [each.machine.id, each]))
const startsByName = new Map<string, Start<Json>>(Object.entries(starts))

const wrongData = (message: string) => new EventRefused({ reason: "wrongData", message })

/** What the actor starts with: of our machines the company knows more than the event, where one is in `starts`. */
const inputOf = (begun: Begun): Result.Result<Json, string> => {
  const { machine } = begun.address
  const start = startsByName.get(machine)
  if (start !== undefined) return start(begun)
  const kind = listed.get(machine)
  return kind === undefined ? Result.succeed({}) : startFromEvent(kind, begun.event)
}

/** The input of an actor that begins with this event, sent by `given`, a `Starter`; a machine of one's own gets `{}`. */
export const startInput = (
  companyOf: (id: string) => Company | undefined,
  address: Address,
  event: ActorEvent,
  given: unknown
): Result.Result<Json, EventRefused> => {
  if (address.machine === "company") return Result.mapError(startCompany(address), wrongData)
  const company = companyOf(address.company)
  if (company === undefined)
    return Result.fail(
      new EventRefused({ reason: "unknownCompany", message: `There is no company "${address.company}"` })
    )
  const starter = decodeStarter(given)
  if (Result.isFailure(starter)) return Result.fail(wrongData(`a wrong starter: ${starter.failure.message}`))
  return Result.mapError(inputOf({ address, event, starter: starter.success, company }), wrongData)
}
