import { expect, test } from "vitest"
import type { Drive } from "../drive.ts"
import { replyAfter, replyWalks, written } from "./walks.ts"

const emitted = ({ steps }: Drive) => steps.flatMap((step) => step.emitted)
const told = ({ steps }: Drive) => steps.flatMap((step) => step.told)

test("sends what a person wrote by the conversation's channel, as a job like the AI's", () => {
  const { jobs, snapshot } = replyAfter("ask")
  const { type: _, conversationId: __, by: ___, ...sent } = written
  expect(snapshot.value).toBe("sending")
  expect(jobs).toMatchObject([{ name: "sendChunk", input: { ...sent, turn: 0, chunk: 1 } }])
})

test("tells the conversation once it is out, in the person's name", () => {
  const sent = replyAfter("ask", "sent")
  const at = sent.now
  expect(sent.snapshot.value).toBe("sent")
  expect(emitted(sent)).toMatchObject([
    { type: "ReplyDelivered", conversationId: "c-1", messageId: "m-2", at }
  ])
  expect(told(sent)).toEqual([
    {
      to: "conversation/c-1",
      event: {
        type: "PersonReplied",
        messageId: "m-2",
        at,
        text: written.text,
        by: "person:ana",
        source: "console"
      }
    }
  ])
})

test("tells the conversation nothing of what failed or is in doubt, and leaves the next try to a person", () => {
  const failed = replyAfter("ask", "failed")
  expect(emitted(failed)).toMatchObject([{ type: "ReplyNotDelivered", reason: "refused" }])
  const doubted = replyAfter("ask", "inDoubt")
  expect(emitted(doubted)).toMatchObject([{ type: "ReplyInDoubt", by: "person:ana" }])
  for (const drive of [failed, doubted]) expect([drive.jobs, told(drive)]).toEqual([[], []])
  const again = replyAfter("ask", "failed", "retry", "sent")
  expect(told(again)).toMatchObject([{ event: { by: "person:rui", text: written.text } }])
})

test("is never sent twice, whatever comes in whatever order", () => {
  for (const { drive } of replyWalks()) {
    const outs = drive.steps.filter(({ event }) => event.type === "xstate.done.actor.sendChunk").length
    expect(outs).toBeLessThanOrEqual(1)
    expect(told(drive)).toHaveLength(outs)
    expect(drive.steps.flatMap(({ cancelled }) => cancelled)).toEqual([])
  }
})
