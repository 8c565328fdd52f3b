import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { upcastersOf } from "../../machines/upcasters.ts"
import { pastEvent } from "../../projections/engine/past-event.ts"
import { type EventJson, eventJson } from "./event-json.ts"

/** An event that was read through `History`, as everybody sees it. */
export const storedEventJson = (event: StoredEvent): EventJson =>
  eventJson(pastEvent(event, upcastersOf, () => false))
