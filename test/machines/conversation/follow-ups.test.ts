import { describe, expect, it } from "vitest"
import { asked, type Drive, emitted, last } from "../drive.ts"
import {
  begin,
  day,
  fail,
  fire,
  hour,
  monday10,
  person,
  personWrites,
  reply,
  say,
  sendOne,
  settings,
  turn,
  wait,
  write
} from "./example.ts"

const sentAt = monday10 + 8_000 + 1_000
const answered = turn(begin(), "oi", ["Olá!"])
const dueAt = (drive: Drive) => drive.timers.find((timer) => timer.name === "followUp")?.dueAt
/** The follow-up is due, written and sent. */
const followUp = (drive: Drive, id: string): Drive =>
  sendOne(reply(fire(drive, "followUp"), ["Ainda por aí?"]), id)
const stops = (drive: Drive) => emitted(drive).filter((event) => event.type === "FollowUpsStopped")

describe("a follow-up", () => {
  it("is written 24 h after our last message, and says which it is", () => {
    expect(answered.timers.map(({ name, dueAt }) => [name, dueAt])).toEqual([
      ["followUp", sentAt + 24 * hour],
      ["closeAfter", sentAt + 30 * day]
    ])
    const due = wait(answered, 24 * hour)
    expect(last(due)).toMatchObject({
      value: "writing",
      emitted: [],
      jobs: [{ name: "writeReply", input: { purpose: "followUp", followUp: 1, turn: 2, lines: [] } }]
    })
    const sent = sendOne(reply(due, ["Ainda por aí?"]), "f1")
    expect(last(sent)).toMatchObject({
      value: "waitingForLead",
      emitted: [
        { type: "ChunkSent", turn: 2, chunk: 1 },
        { type: "ReplySent", turn: 2 },
        { type: "FollowUpSent", followUp: 1, turn: 2, at: sent.now }
      ]
    })
  })

  it("comes a second time 72 h after the first, and then no more", () => {
    const first = followUp(answered, "f1")
    expect(dueAt(first)).toBe(first.now + 72 * hour)
    const second = followUp(first, "f2")
    expect(last(second)).toMatchObject({ value: "listening" })
    expect(last(second).emitted.at(-1)).toEqual({ type: "FollowUpsStopped", reason: "exhausted" })
    expect(dueAt(second)).toBeUndefined()
  })

  it("comes at most three times in one silence, whatever the settings say", () => {
    const many = turn(begin({ followUpAfterMs: [hour, hour, hour, hour, hour] }), "oi", ["Olá!"])
    const third = followUp(followUp(followUp(many, "f1"), "f2"), "f3")
    expect(last(third).value).toBe("listening")
  })

  it("waits for business hours in the company's time zone", () => {
    const friday17 = monday10 + 4 * day + 7 * hour
    const friday = turn(begin({}, undefined, friday17 - 9_000), "oi", ["Olá!"])
    const monday9 = monday10 + 7 * day - hour
    expect(dueAt(friday)).toBe(monday9)
  })

  it("whose timer comes late, at night, waits for the morning", () => {
    const night = { ...answered, now: monday10 + day + 12 * hour }
    const late = fire(night, "followUp")
    expect(last(late)).toMatchObject({ value: "waitingForLead", jobs: [] })
    expect(dueAt(late)).toBe(monday10 + 2 * day - hour)
    expect(last(fire(late, "followUp")).value).toBe("writing")
  })

  it("never comes where no day of the week is open", () => {
    const closed = turn(begin({ businessHours: [] }), "oi", ["Olá!"])
    expect(last(closed).value).toBe("listening")
    expect(closed.timers.map((timer) => timer.name)).toEqual(["closeAfter"])
  })

  it("that can't be written is skipped, and the next one is still due", () => {
    const failed = fail(fire(answered, "followUp"), "writeReply", "modelDown")
    expect(last(failed)).toMatchObject({
      value: "waitingForLead",
      emitted: [{ type: "ReplyFailed", turn: 2, reason: "modelDown" }]
    })
    expect(dueAt(failed)).toBe(sentAt + 24 * hour + 72 * hour - 24 * hour)
  })
})

describe("follow-ups stop", () => {
  it("when the lead replies; the silence after our next reply may be broken again", () => {
    const first = followUp(answered, "f1")
    const replied = write(first, "m2", "estou sim")
    expect(last(replied)).toMatchObject({
      value: "collecting",
      emitted: [{ type: "FollowUpsStopped", reason: "replied" }]
    })
    expect(dueAt(replied)).toBeUndefined()
    const next = sendOne(reply(wait(replied, 8_000), ["Que bom!"]), "o2")
    expect(asked(fire(next, "followUp"), "writeReply").at(-1)).toMatchObject({ followUp: 1 })
  })

  it("when the lead replies while one is being written, which is called back", () => {
    const replied = write(fire(answered, "followUp"), "m2", "oi")
    expect(last(replied)).toMatchObject({
      value: "collecting",
      emitted: [
        { type: "ReplySuperseded", turn: 2, unsent: 0 },
        { type: "FollowUpsStopped", reason: "replied" }
      ],
      cancelled: ["writeReply"]
    })
  })

  it("after six in one conversation", () => {
    const chatty = Array.from({ length: 6 }, (_, index) => index).reduce(
      (now, index) => turn(followUp(now, `f${index}`), `oi ${index}`, ["Olá!"]),
      answered
    )
    expect(emitted(chatty).filter((event) => event.type === "FollowUpSent")).toHaveLength(6)
    expect(last(chatty).value).toBe("listening")
  })

  it.each([
    ["a person takes over", (drive: Drive) => person(drive, "PersonTookOver"), "handedOver"],
    ["a person answers from the phone", (drive: Drive) => personWrites(drive, "p1", "oi"), "handedOver"],
    ["the lead opts out", (drive: Drive) => write(drive, "m9", "pare"), "optedOut"],
    ["a person closes it", (drive: Drive) => person(drive, "ConversationCloseAsked"), "closed"]
  ])("when %s, and no timer of theirs remains", (_, happen, reason) => {
    const stopped = happen(answered)
    expect(stops(stopped)).toEqual([{ type: "FollowUpsStopped", reason }])
    expect(dueAt(stopped)).toBeUndefined()
    const later = asked(wait(stopped, 20 * day), "writeReply") as ReadonlyArray<{ purpose: string }>
    expect(later.filter(({ purpose }) => purpose !== "optedOut")).toHaveLength(1)
  })

  it("for good at a handoff: also when the AI has it back", () => {
    const back = person(person(answered, "PersonTookOver"), "ReturnedToAi")
    const next = turn(back, "e agora?", ["Agora eu."])
    expect(last(next).value).toBe("listening")
    expect(next.timers.map((timer) => timer.name)).toEqual(["closeAfter"])
  })

  it("when the settings take them away meanwhile", () => {
    const changed = person(answered, "SettingsChanged", { settings: { ...settings, followUpAfterMs: [] } })
    expect(last(fire(changed, "followUp"))).toMatchObject({
      value: "listening",
      emitted: [{ type: "FollowUpsStopped", reason: "exhausted" }],
      jobs: []
    })
  })

  it("when the conversation is closed by silence", () => {
    const quiet = wait(turn(begin({ closeAfterMs: hour }), "oi", ["Olá!"]), hour)
    expect(last(quiet)).toMatchObject({
      value: "closed",
      emitted: [
        { type: "FollowUpsStopped", reason: "closed" },
        { type: "ConversationClosed", by: "engine", reason: "silence" }
      ]
    })
    expect(quiet.timers).toEqual([])
  })
})

it("changed settings hold from the next use on", () => {
  const changed = person(answered, "SettingsChanged", { settings: { ...settings, turnClosureMs: 500 } })
  expect(last(changed)).toMatchObject({ value: "waitingForLead", jobs: [] })
  const next = write(changed, "m2", "oi")
  expect(last(wait(next, 500)).value).toBe("writing")
  expect(last(say(next, { type: "SettingsChanged", settings, by: "person:ana", reason: "x" })).value).toBe(
    "collecting"
  )
})
