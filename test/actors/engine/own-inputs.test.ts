import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import type { Door } from "../../../actors/engine/door.ts"
import { EventRefused, TryAgain } from "../../../actors/engine/engine.ts"
import type { EngineClock } from "../../../actors/engine/engine-clock.ts"
import { OwnInputs } from "../../../actors/engine/own-inputs.ts"

const place = { company: "acme", partition: 1, stream: "counter/1" }
const input = { type: "TimerFired", data: {}, causation: "counter/1@1" } as const
const refused = (reason: EventRefused["reason"]) => new EventRefused({ reason, message: `it is ${reason}` })
const later = new TryAgain({ reason: "storeUnavailable", message: "gone", retryAfterMs: 0 })

/** Delivers one input of the engine's own to a door that answers so, one answer after another. */
const delivered = (answers: ReadonlyArray<EventRefused | TryAgain | "stale">, owned = () => true) => {
  const said: Array<string> = []
  let asked = 0
  const own = new OwnInputs({
    clock: { now: () => 0, sleepUntil: () => Effect.void } as unknown as EngineClock["Service"],
    door: {
      deliverOwn: () => {
        const answer = answers[asked++]!
        return answer === "stale" ? Effect.succeed(answer) : Effect.fail(answer)
      }
    } as unknown as Door,
    partitions: { at: () => (owned() ? {} : undefined) } as never,
    log: (message) => void said.push(message)
  })
  return Effect.runPromise(Effect.map(own.deliver(place, input), (why) => ({ why, said, asked })))
}

it("tries until it is stored, and says in the log why it never will be", async () => {
  expect(await delivered([later, later, "stale"])).toEqual({ why: undefined, said: [], asked: 3 })
  expect(await delivered([later, refused("wrongData")])).toEqual({
    why: "it is wrongData",
    said: ["counter/1 TimerFired is refused: wrongData"],
    asked: 2
  })
})

it("is silent about a parked actor, which was logged when it was parked", async () => {
  expect(await delivered([refused("parked")])).toEqual({ why: "it is parked", said: [], asked: 1 })
})

it("gives up what is another process's business", async () => {
  let asked = 0
  expect(await delivered([later, later], () => asked++ < 1)).toMatchObject({ why: undefined, asked: 1 })
})
