import { machines } from "../../../../machines/index.ts"
import { asBatches } from "../../../actors/backtest/as-batches.ts"
import { aConversation, aLead } from "../../../actors/backtest/histories.ts"
import { asPartition } from "../../../actors/backtest/recording.ts"
import { registerOne } from "../../../actors/stored-history.ts"

const registered = (id: string) =>
  registerOne(machines.find(({ machine }) => machine.id === id)!, ["writeReply", "sendChunk", "showTyping"])

/** So many conversations and leads of `acme`, in partition 1, as they are stored. */
export const recordedHistories = (howMany: number) => {
  const conversation = registered("conversation")
  const lead = registered("lead")
  const seeds = Array.from({ length: howMany }, (_, n) => n + 1)
  const recordings = seeds.flatMap((seed) => [aConversation(conversation, seed), aLead(lead, seed)])
  return { recordings, batches: asBatches(asPartition(recordings)) }
}
