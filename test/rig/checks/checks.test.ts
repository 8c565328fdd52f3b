import { expect, test } from "vitest"
import type { Passed } from "../../../src/demo/doubles/accepted-log.ts"
import { checkInbound, inversions } from "./check-inbound.ts"
import { checkSends } from "./check-sends.ts"
import type { ToldConversation } from "./read-conversations.ts"

const told = (own: Partial<ToldConversation>): ToldConversation => ({
  stream: "conversation/a",
  channel: "evolution",
  contact: "1",
  received: [],
  updates: [],
  written: new Map(),
  repliedTurns: [],
  sent: [],
  doubts: [],
  failed: [],
  fired: [],
  doneReplies: [],
  isAnswered: true,
  ...own
})

const passed = (kind: Passed["kind"], id: string, text: string): Passed => ({
  kind,
  instance: "main",
  contact: "1",
  id,
  at: 0,
  text
})

const written = new Map([
  ["1.1", "one"],
  ["1.2", "two"],
  ["2.1", "three"]
])
const chunk = (place: string, text: string, messageId: string) => ({ place, text, messageId })
const well = {
  accepted: 0,
  doubles: 0,
  losses: 0,
  silent: 0,
  doubts: 0,
  doubtsArrived: 0,
  failed: 0,
  wrongIds: 0,
  inversions: 0
}

test("chunks that arrived once, in order and are told of are well", () => {
  const sent = [chunk("1.1", "one", "a"), chunk("1.2", "two", "b")]
  const arrived = [passed("sent", "a", "one"), passed("sent", "b", "two")]
  expect(checkSends(arrived, [told({ written, sent })])).toEqual({ ...well, accepted: 2 })
})

test("a chunk that the provider took twice is a double, and a receipt for the wrong one is seen", () => {
  const sent = [chunk("1.1", "one", "b")]
  const arrived = [passed("sent", "a", "one"), passed("sent", "b", "one"), passed("sent", "c", "one")]
  expect(checkSends(arrived, [told({ written, sent })])).toEqual({ ...well, accepted: 3, doubles: 2 })
  expect(checkSends(arrived, [told({ written, sent: [chunk("1.1", "one", "x")] })])).toEqual({
    ...well,
    accepted: 3,
    doubles: 2,
    wrongIds: 1
  })
})

test("a chunk that is told and never arrived is a loss, one that arrived and is not told of is silent", () => {
  const sent = [chunk("1.1", "one", "a")]
  const arrived = [passed("sent", "b", "two")]
  expect(checkSends(arrived, [told({ written, sent })])).toEqual({
    ...well,
    accepted: 1,
    losses: 1,
    silent: 1,
    wrongIds: 1
  })
})

test("a chunk in doubt may arrive or not, and when it likes", () => {
  const sent = [chunk("1.2", "two", "b")]
  const arrived = [passed("sent", "b", "two"), passed("sent", "a", "one")]
  expect(checkSends(arrived, [told({ written, sent, doubts: ["1.1", "2.1"] })])).toEqual({
    ...well,
    accepted: 2,
    doubts: 2,
    doubtsArrived: 1
  })
})

test("chunks in the other order are inversions", () => {
  const sent = [chunk("1.1", "one", "a"), chunk("1.2", "two", "b")]
  const arrived = [passed("sent", "b", "two"), passed("sent", "a", "one")]
  expect(checkSends(arrived, [told({ written, sent })])).toEqual({ ...well, accepted: 2, inversions: 1 })
})

test("chunks to a contact without a history are silent", () => {
  expect(checkSends([passed("sent", "a", "one")], [])).toEqual({ ...well, accepted: 1, silent: 1 })
})

test("inbound messages are held against what is stored, channel by channel", () => {
  const incoming = {
    evolution: [passed("incoming", "a", ""), passed("incoming", "b", ""), passed("incoming", "c", "")],
    telegram: [passed("incoming", "a", "")],
    keyed: []
  }
  const acknowledged = new Map([
    ["evolution a", 1],
    ["evolution b", 2],
    ["telegram a", 1]
  ])
  const conversations = [told({ received: ["b", "a", "a"], updates: ["x:read", "x:read"] })]
  expect(checkInbound(incoming, acknowledged, conversations)).toEqual({
    messages: 4,
    acknowledged: 3,
    stored: 2,
    acknowledgedAndLost: 1,
    lost: 2,
    storedTwice: 1,
    updatesTwice: 1,
    inboundInversions: 1
  })
})

test("what one of two lists does not have is passed over in their order", () => {
  expect(inversions(["a", "b", "c"], ["a", "x", "c"])).toBe(0)
  expect(inversions(["a", "b", "c"], ["c", "b", "a"])).toBe(2)
})
