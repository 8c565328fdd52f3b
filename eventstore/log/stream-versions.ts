import * as Effect from "effect/Effect"
import type { ChainEvent } from "../proof/chain-event.ts"
import { type Damage, damageAt, type PartitionName } from "../proof/damage.ts"
import type { StoreUnavailable } from "./event-store.ts"

type Looked = Effect.Effect<Damage | undefined, StoreUnavailable>

/** The position of a stream's version, if it stands in the store. */
export type FindVersion = (
  company: string,
  stream: string,
  version: number
) => Effect.Effect<number | undefined, StoreUnavailable>

/**
 * The last version of each stream of a partition, at most `2 * most` of them: two generations, so that remembering
 * costs one look and forgetting nothing. A stream that was forgotten is looked up in the store.
 */
export class StreamVersions {
  readonly at: PartitionName
  readonly find: FindVersion
  readonly most: number
  private young = new Map<string, number>()
  private old = new Map<string, number>()
  private forgets = false

  constructor(at: PartitionName, find: FindVersion, most: number) {
    this.at = at
    this.find = find
    this.most = most
  }

  /** The damage if this is not the version after the stream's last one; an effect when only the store can tell. */
  take(event: ChainEvent): Damage | undefined | Looked {
    const { stream, version } = event
    const last = this.young.get(stream) ?? this.old.get(stream)
    if (last === undefined && this.forgets && version > 1) return this.lookUp(event)
    this.remember(event)
    const due = (last ?? 0) + 1
    return version === due
      ? undefined
      : damageAt(this.at, event, "version", `version ${due} of ${stream} is due, ${version} stands here`)
  }

  private lookUp(event: ChainEvent): Looked {
    const { stream, version, position } = event
    return Effect.map(this.find(this.at.company, stream, version - 1), (before) => {
      this.remember(event)
      return before !== undefined && before < position
        ? undefined
        : damageAt(
            this.at,
            event,
            "version",
            `version ${version - 1} of ${stream} does not stand before ${version}`
          )
    })
  }

  private remember({ stream, version }: ChainEvent) {
    if (this.young.size >= this.most) {
      this.forgets ||= this.old.size > 0
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(stream, version)
  }
}
