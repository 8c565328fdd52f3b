import * as Effect from "effect/Effect"
import type { StreamPosition } from "../../eventstore/log/batch.ts"
import { addressOf } from "../address.ts"
import type { LiveActor } from "../machine/live-actor.ts"
import type { Door, OwnInput } from "./door.ts"
import type { EventRefused } from "./engine.ts"
import type { EngineClock } from "./engine-clock.ts"
import { refusalOf } from "./outbox.ts"
import type { OwnedPartitions } from "./owned-partitions.ts"

/** What delivering them needs of the engine around it. */
export interface OwnInputPorts {
  readonly clock: EngineClock["Service"]
  readonly door: Door
  readonly partitions: OwnedPartitions
  readonly log: (message: string) => void
}

/** What the engine itself has for an actor: timers that fired, results of jobs. They wait as long as it takes. */
export class OwnInputs {
  private readonly ports: OwnInputPorts

  constructor(ports: OwnInputPorts) {
    this.ports = ports
  }

  /** Delivers an input of our own until it is stored, stale, or another process's business; else says why it can't be. */
  readonly deliver = Effect.fnUntraced(
    { self: this },
    function* (this: OwnInputs, place: StreamPosition, input: OwnInput) {
      const { clock, door, partitions, log } = this.ports
      while (partitions.at(place.company, place.partition) !== undefined) {
        const sent = yield* Effect.result(door.deliverOwn(addressOf(place.company, place.stream), input))
        if (sent._tag === "Success") return undefined
        if (sent.failure._tag !== "TryAgain") {
          const reason = refusalOf(sent.failure)
          // The reason alone: the message may hold what a person wrote. A parked actor was logged when it was parked.
          if (reason !== "parked") log(`${place.stream} ${input.type} is refused: ${reason}`)
          return sent.failure.message
        }
        yield* clock.sleepUntil(clock.now() + sent.failure.retryAfterMs)
      }
      return undefined
    }
  )

  /** The actor of a job or timer of ours, however long the database is away; whoever waits ends with the partition. */
  load(place: StreamPosition): Effect.Effect<LiveActor, EventRefused> {
    const { clock, door } = this.ports
    const load = door.load(addressOf(place.company, place.stream))
    return Effect.catchTag(load, "TryAgain", ({ retryAfterMs }) =>
      Effect.andThen(
        clock.sleepUntil(clock.now() + retryAfterMs),
        Effect.suspend(() => this.load(place))
      )
    )
  }
}
