import { changesOfEvents } from "./changes-of-events.ts"
import { changesOfSeals } from "./changes-of-seals.ts"
import { consistentChanges } from "./consistent-changes.ts"
import type { Change } from "./tamper-world.ts"

/** Every way to change history that is tried; with as many changes as this list is long, each once. */
export const allChanges: ReadonlyArray<Change> = [...changesOfEvents, ...changesOfSeals, ...consistentChanges]
