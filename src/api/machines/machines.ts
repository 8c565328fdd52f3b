import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { MachineResource } from "../../resources/machine-resource.ts"
import type { machineGroup } from "../contract/machines/machines.ts"
import { rawHandlersOf } from "../handlers-of.ts"
import { listActors, readHistory, sendEvent } from "./actor-requests.ts"
import { readActor } from "./read-actor.ts"

const id = Effect.map(HttpRouter.params, ({ id = "" }) => id)

/** What answers the endpoints of `machineGroup`. */
export const machineHandlers = (group: ReturnType<typeof machineGroup>, resource: MachineResource) =>
  rawHandlersOf(group, {
    list: () => listActors(resource),
    read: () => Effect.flatMap(id, (id) => readActor(resource, id)),
    history: () => Effect.flatMap(id, (id) => readHistory(resource, id)),
    ...Object.fromEntries(
      resource.events.map((event) => [
        event.type,
        () => Effect.flatMap(id, (id) => sendEvent(resource, event, id))
      ])
    )
  })
