import * as Effect from "effect/Effect"
import type { Batch, StreamPosition } from "../../eventstore/log/batch.ts"
import type { Places } from "../../eventstore/log/event-store.ts"
import type { History, OpenedMessage } from "../../eventstore/log/history.ts"
import { addressOf } from "../address.ts"
import { pollLoop, Wake } from "../poll-loop.ts"
import type { ActorEvent, DeliverError, Engine } from "./engine.ts"
import type { EngineClock, Fork } from "./engine-clock.ts"
import type { CommittedMessage } from "./working-actor.ts"

/** What the outbox needs of the engine around it. */
export interface OutboxPorts {
  readonly history: History["Service"]
  readonly clock: EngineClock["Service"]
  readonly fork: Fork
  readonly deliver: Engine["Service"]["deliver"]
  readonly note: (place: StreamPosition, write: (batch: Batch) => void) => Effect.Effect<boolean>
  readonly places: () => Places
  readonly log: (message: string) => void
}

/** Nobody is there any more to hear it. */
const ends: ReadonlySet<string> = new Set(["erased", "closed"])

const lookEveryMs = 5000
const readMax = 1000

const idOf = ({ place, version, number }: CommittedMessage) =>
  `${place.company}/${place.stream}@${version}.${number}`

/** Messages between actors on their way: each arrives once, those of one sender in order. */
export class Outbox {
  private readonly ports: OutboxPorts
  /** What each sender still has to send; a fiber works through it while there is any. */
  private readonly waiting = new Map<string, Array<CommittedMessage>>()
  private readonly known = new Set<string>()
  /** Messages that wait for an actor that does not go on. */
  private readonly refusedBy = new Map<string, ReadonlyArray<string>>()
  /** Senders erased since the last look began: what it reads may be older than that. */
  private readonly forgotten = new Set<string>()
  private readonly wake = new Wake()

  constructor(ports: OutboxPorts) {
    this.ports = ports
  }

  send(message: CommittedMessage): void {
    const id = idOf(message)
    if (this.known.has(id)) return
    this.known.add(id)
    const sender = `${message.place.company}/${message.place.stream}`
    const waiting = this.waiting.get(sender)
    if (waiting !== undefined) return void waiting.push(message)
    const first = [message]
    this.waiting.set(sender, first)
    this.ports.fork(this.empty(sender, first))
  }

  /** Drops what an actor whose person is erased still had to send. */
  forgetStream(company: string, stream: string): void {
    const sender = `${company}/${stream}`
    this.forgotten.add(sender)
    for (const message of this.waiting.get(sender)?.splice(0) ?? []) this.known.delete(idOf(message))
  }

  /** The actor goes on: what it refused is read again and sent. */
  retryTo(company: string, stream: string): void {
    const target = `${company}/${stream}`
    for (const id of this.refusedBy.get(target) ?? []) this.known.delete(id)
    if (this.refusedBy.delete(target)) this.wake.now()
  }

  lookNow(): void {
    this.wake.now()
  }

  /** Finds what a dead owner left. */
  get run(): Effect.Effect<never> {
    const { clock } = this.ports
    const pause = () => clock.sleepUntil(clock.now() + lookEveryMs)
    return pollLoop({ look: this.look, pause, wake: this.wake })
  }

  private readonly empty = Effect.fnUntraced(
    { self: this },
    function* (this: Outbox, sender: string, waiting: Array<CommittedMessage>) {
      while (waiting.length > 0) {
        const message = waiting[0]!
        const isOver = yield* this.carry(message, () => waiting[0] !== message)
        if (waiting[0] === message) waiting.shift()
        if (isOver) this.known.delete(idOf(message))
      }
      this.waiting.delete(sender)
    }
  )

  /** True when nothing is left to do for it; `isForgotten` says that its sender was erased meanwhile. */
  private readonly carry = Effect.fnUntraced(
    { self: this },
    function* (this: Outbox, message: CommittedMessage, isForgotten: () => boolean) {
      const { place, version, number, to } = message
      const { deliver, clock, log, note } = this.ports
      const address = { company: place.company, ...to }
      const event = JSON.parse(message.text) as ActorEvent
      const envelope = {
        principal: `actor:${place.stream}`,
        key: `${place.stream}@${version}.${number}`,
        causation: `${place.stream}@${version}`,
        occurredAt: message.occurredAt
      }
      while (true) {
        const sent = yield* Effect.result(deliver(address, event, envelope))
        if (sent._tag === "Success" || isForgotten()) break
        // Nobody is there any more to hear it, and never will be.
        if (sent.failure._tag === "EventRefused" && ends.has(sent.failure.reason)) break
        if (sent.failure._tag !== "TryAgain") {
          // Kept in the database and tried again after the next start, when the target's machine may know it, or when the
          // target goes on.
          const target = `${place.company}/${to.machine}/${to.id}`
          this.refusedBy.set(target, [...(this.refusedBy.get(target) ?? []), idOf(message)])
          log(`message ${idOf(message)} to ${to.machine}/${to.id} is refused: ${refusalOf(sent.failure)}`)
          return false
        }
        if (!this.isOurs(place)) return true
        yield* clock.sleepUntil(clock.now() + sent.failure.retryAfterMs)
        if (isForgotten()) break
      }
      // Not noted, because the partition was lost meanwhile, it is read again by whoever owns it next, perhaps by us.
      yield* note(place, (batch) => batch.messageDone(place, version, number))
      return true
    }
  )

  private isOurs(place: StreamPosition): boolean {
    const { companies, partitions } = this.ports.places()
    return companies.some((company, n) => company === place.company && partitions[n] === place.partition)
  }

  private readonly look = Effect.gen({ self: this }, function* (this: Outbox) {
    const places = this.ports.places()
    if (places.companies.length === 0) return
    this.forgotten.clear()
    const found = yield* Effect.result(this.ports.history.messages(places, readMax))
    if (found._tag === "Success") for (const message of found.success) this.sendStored(message)
  })

  private sendStored(stored: OpenedMessage) {
    const { company, partition, stream, version, number, toStream, event, occurredAt } = stored
    // Its person is being erased, or its master key is not here: it stays where it is.
    if (event === undefined || this.forgotten.has(`${company}/${stream}`)) return
    const { machine, id } = addressOf(company, toStream)
    const place = { company, partition, stream }
    this.send({ place, version, number, to: { machine, id }, text: event, occurredAt })
  }
}

/** The reason alone: the message may hold what a person wrote. */
export const refusalOf = (error: DeliverError): string =>
  error._tag === "WrongVersion" ? "wrongVersion" : error.reason
