import * as Effect from "effect/Effect"
import { type Damage, damageAt } from "./chain-check.ts"
import type { EventStore, StoreUnavailable } from "./event-store.ts"
import type { StoredEvent } from "./stored-event.ts"

type Looked = Effect.Effect<Damage | undefined, StoreUnavailable>

/**
 * The last version of each stream of a partition, at most `2 * most` of them: two generations, so that remembering
 * costs one look and forgetting nothing. A stream that was forgotten is looked up in the store.
 */
export class StreamVersions {
  readonly store: EventStore["Service"]
  readonly most: number
  private young = new Map<string, number>()
  private old = new Map<string, number>()
  private forgets = false

  constructor(store: EventStore["Service"], most: number) {
    this.store = store
    this.most = most
  }

  /** The damage if this is not the version after the stream's last one; an effect when only the store can tell. */
  take(event: StoredEvent): Damage | undefined | Looked {
    const { stream, version } = event
    const last = this.young.get(stream) ?? this.old.get(stream)
    if (last === undefined && this.forgets && version > 1) return this.lookUp(event)
    this.remember(event)
    const due = (last ?? 0) + 1
    return version === due
      ? undefined
      : damageAt(event, "version", `version ${due} of ${stream} is due, ${version} stands here`)
  }

  private lookUp(event: StoredEvent): Looked {
    const { company, stream, version, position } = event
    return Effect.map(this.store.readStream(company, stream, version - 2, 1), ([before]) => {
      this.remember(event)
      return before?.version === version - 1 && before.position < position
        ? undefined
        : damageAt(event, "version", `version ${version - 1} of ${stream} does not stand before ${version}`)
    })
  }

  private remember({ stream, version }: StoredEvent) {
    if (this.young.size >= this.most) {
      this.forgets ||= this.old.size > 0
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(stream, version)
  }
}
