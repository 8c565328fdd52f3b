import { expect, it } from "vitest"
import type { CommitDraft } from "../../../actors/engine/commit-draft.ts"
import { type DrawPorts, drawCommit, settleHung } from "../../../actors/engine/draw-commit.ts"
import type { Delivery, Gathered, Note, Outcome, OwnedPartition } from "../../../actors/engine/partition.ts"
import type { LiveActor } from "../../../actors/machine/live-actor.ts"

const partition = {} as OwnedPartition
const actorOf = (stream: string) => ({ company: "acme", stream }) as LiveActor

/** Drafts whose steps for these streams do not end, or throw. */
const drawing = (forever: ReadonlyArray<string>, isWatched = true) => {
  const hung: Array<string> = []
  const ports: DrawPorts = {
    stepTimeoutMs: 60,
    isWatched: () => isWatched,
    hung: (_, message) => void hung.push(message),
    newDraft: () =>
      ({
        note: () => {},
        deliver: (_: OwnedPartition, { actor }: Delivery) => {
          while (forever.includes(actor.stream));
          if (actor.stream === "broken") throw new RangeError("a defect of ours")
        },
        finish: () => {}
      }) as unknown as CommitDraft
  }
  return { ports, hung }
}

const outcomes: Array<Outcome> = []
const delivery = (actor: LiveActor): Gathered[number] => {
  const settle = (outcome: Outcome) => void outcomes.push(outcome)
  return [partition, { kind: "delivery", actor, settle } as unknown as Delivery]
}
const note: Gathered[number] = [partition, { kind: "note" } as Note]

it("parks those whose steps do not end, with all that waits for them, and lets the others go on", () => {
  const [one, other] = [actorOf("one/1"), actorOf("other/1")]
  const { ports, hung } = drawing(["one/1"])
  const open = [delivery(one), note, delivery(other), delivery(one)]
  expect(drawCommit(ports, open)).toBeUndefined()
  const rest = settleHung(ports, open)
  expect(rest).toEqual([note, open[2]])
  expect(drawCommit(ports, rest)).toBeDefined()
  expect(hung).toEqual(["a step of acme/one/1 does not end: it was broken off after 60 ms"])
  expect(outcomes).toMatchObject([{ reason: "parked" }, { reason: "parked" }])
})

it("lets a defect through, watched or not, and costs nothing while nobody watches", () => {
  for (const isWatched of [true, false]) {
    const { ports } = drawing([], isWatched)
    expect(() => drawCommit(ports, [delivery(actorOf("broken"))])).toThrow(new RangeError("a defect of ours"))
    expect(drawCommit(ports, [delivery(actorOf("one/1"))])).toBeDefined()
  }
})
