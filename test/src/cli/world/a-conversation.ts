import type { Json } from "../../../../eventstore/database/json.ts"
import { Batch } from "../../../../eventstore/log/batch.ts"
import { conversationMachine } from "../../../../machines/conversation/machine.ts"
import { registerOne, StoredHistory } from "../../../actors/stored-history.ts"
import { cost, input } from "../../../machines/conversation/example.ts"

/** Text that would write over the terminal if it were printed as it is. */
export const nastyText = "oi\u001b[2J\u009b1A e ‮tchau"

/** A conversation of one turn, answered in one chunk, in partition 1 of `acme`; no job is left. */
export const aConversation = (): StoredHistory => {
  const history = begun()
  history.take("MessageReceived", { messageId: "m1", at: history.now, text: nastyText })
  history.advance(8000)
  history.settle(0, true, { chunks: ["Oi! Tudo bem?"], language: "pt", answers: [], ...cost })
  history.advance(6000)
  history.settle(0, true, { messageId: "w1", at: history.now })
  return history
}

/** One whose reply could not be written: its job is a dead letter. */
export const aDeadLetter = (): StoredHistory => {
  const history = begun()
  history.take("MessageReceived", { messageId: "m1", at: history.now, text: "oi" })
  history.advance(8000)
  const { company, partition, epoch, position, head, recordedAt } = history.partition
  const batch = new Batch()
  batch.advance({ company, partition, epoch, from: position, to: position, head, recordedAt })
  batch.jobChange(history.actor, {
    job: history.actor.state!.jobs[0]!.job,
    state: "failed",
    attempts: 6,
    firstAttemptAt: history.now,
    dueAt: history.now,
    reason: "modelRefused",
    message: "no such model"
  })
  history.batches.push(batch)
  return history
}

const begun = (): StoredHistory =>
  new StoredHistory(
    registerOne({ machine: conversationMachine }, ["writeReply", "sendChunk", "showTyping"]),
    input as unknown as Json
  )
