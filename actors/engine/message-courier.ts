import * as Effect from "effect/Effect"
import type { Batch, StreamPlace } from "../../eventstore/log/batch.ts"
import type { Places } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import { type Address, addressOf } from "../address.ts"
import type { ActorEvent, DeliverError, Delivered, Envelope } from "./engine.ts"
import type { EngineClock, Fork } from "./engine-clock.ts"
import type { CommittedMessage } from "./working-actor.ts"

/** What the courier needs of the engine around it. */
export interface CourierPorts {
  readonly history: History["Service"]
  readonly clock: EngineClock["Service"]
  readonly fork: Fork
  readonly deliver: (
    to: Address,
    event: ActorEvent,
    envelope: Envelope
  ) => Effect.Effect<Delivered, DeliverError>
  readonly note: (place: StreamPlace, write: (batch: Batch) => void) => Effect.Effect<boolean>
  readonly places: () => Places
  readonly log: (message: string) => void
}

/** Carries messages between actors: each once, those of one sender in order. */
export interface MessageCourier {
  readonly send: (message: CommittedMessage) => void
  /** Drops what an actor whose person is erased still had to send. */
  readonly forgetStream: (company: string, stream: string) => void
  readonly lookNow: () => void
  readonly run: Effect.Effect<never>
}

const lookEveryMs = 5000
const readMax = 1000

export const makeMessageCourier = (ports: CourierPorts): MessageCourier => {
  /** What each sender still has to send; a fiber works through it while there is any. */
  const outboxes = new Map<string, Array<CommittedMessage>>()
  const known = new Set<string>()
  /** Senders erased since the last look began: what it reads may be older than that. */
  const forgotten = new Set<string>()
  let wake = () => {}
  const woken = Effect.callback<void>((resume) => {
    wake = () => resume(Effect.void)
  })
  const idOf = ({ place, version, number }: CommittedMessage) =>
    `${place.company}/${place.stream}@${version}.${number}`

  const send = (message: CommittedMessage) => {
    const id = idOf(message)
    if (known.has(id)) return
    known.add(id)
    const sender = `${message.place.company}/${message.place.stream}`
    const outbox = outboxes.get(sender)
    if (outbox !== undefined) {
      outbox.push(message)
      return
    }
    outboxes.set(sender, [message])
    ports.fork(empty(sender))
  }

  const empty = Effect.fnUntraced(function* (sender: string) {
    const outbox = outboxes.get(sender)!
    while (outbox.length > 0) {
      const message = outbox[0]!
      const over = yield* carry(message, () => outbox[0] !== message)
      if (outbox[0] === message) outbox.shift()
      if (over) known.delete(idOf(message))
    }
    outboxes.delete(sender)
  })

  const forgetStream = (company: string, stream: string) => {
    const sender = `${company}/${stream}`
    forgotten.add(sender)
    for (const message of outboxes.get(sender)?.splice(0) ?? []) known.delete(idOf(message))
  }

  /** True when nothing is left to do for it; `isForgotten` tells that its sender was erased meanwhile. */
  const carry = Effect.fnUntraced(function* (message: CommittedMessage, isForgotten: () => boolean) {
    const { place, version, number } = message
    const address = { company: place.company, ...message.to }
    const event = JSON.parse(message.text) as ActorEvent
    const envelope = {
      principal: `actor:${place.stream}`,
      key: `${place.stream}@${version}.${number}`,
      causation: `${place.stream}@${version}`,
      occurredAt: message.occurredAt
    }
    while (true) {
      const sent = yield* Effect.result(ports.deliver(address, event, envelope))
      if (sent._tag === "Success" || isForgotten()) break
      // Nobody is there any more to hear it, and never will be.
      if (sent.failure._tag === "EventRefused" && sent.failure.reason === "erased") break
      if (sent.failure._tag !== "TryAgain") {
        // Kept in the database and tried again after the next start, when the target's machine may know it.
        ports.log(
          `message ${idOf(message)} to ${address.machine}/${address.id} is refused: ${refusalOf(sent.failure)}`
        )
        return false
      }
      if (!isOurs(place)) return true
      yield* ports.clock.sleepUntil(ports.clock.now() + sent.failure.retryAfterMs)
      if (isForgotten()) break
    }
    // Not noted, because the partition was lost meanwhile, it is read again by whoever owns it next, perhaps by us.
    yield* ports.note(place, (batch) => batch.messageDone(place, version, number))
    return true
  })

  const isOurs = (place: StreamPlace) => {
    const { companies, partitions } = ports.places()
    return companies.some((company, n) => company === place.company && partitions[n] === place.partition)
  }

  const look = Effect.gen(function* () {
    const places = ports.places()
    if (places.companies.length === 0) return
    forgotten.clear()
    const found = yield* Effect.result(ports.history.messages(places, readMax))
    if (found._tag === "Failure") return
    for (const {
      company,
      partition,
      stream,
      version,
      number,
      toStream,
      event,
      occurredAt
    } of found.success) {
      // Its person is being erased, or its master key is not here: it stays where it is.
      if (event === undefined || forgotten.has(`${company}/${stream}`)) continue
      const { machine, id } = addressOf(company, toStream)
      const place = { company, partition, stream }
      send({ place, version, number, to: { machine, id }, text: event, occurredAt })
    }
  })

  return {
    send,
    forgetStream,
    lookNow: () => wake(),
    run: Effect.gen(function* () {
      while (true) {
        yield* look
        yield* Effect.raceFirst(ports.clock.sleepUntil(ports.clock.now() + lookEveryMs), woken)
      }
    })
  }
}

/** The reason alone: the message may hold what a person wrote. */
export const refusalOf = (error: DeliverError): string =>
  error._tag === "WrongVersion" ? "wrongVersion" : error.reason
