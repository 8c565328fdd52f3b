/** Facts of conversations that are no lines of a timeline: the messages themselves say it, or nobody would read it. */
const untold: ReadonlySet<string> = new Set([
  "conversation TurnClosed",
  "conversation ReplyWritten",
  "conversation ReplySent",
  "conversation ReplySuperseded",
  "conversation ChunkSent",
  "conversation DeliveryStatusChanged"
])

/** Where the words of the event's type would not be understood. */
const titles: Readonly<Record<string, string>> = {
  "conversation AnswerUnderstood": "Answer understood",
  "conversation ChunkFailed": "Message failed",
  "conversation ChunkInDoubt": "Message in doubt",
  "conversation FirstContactHeld": "First message waits for approval",
  "conversation HandedOver": "Handed over to a person",
  "conversation TakenBack": "Given back to the AI",
  "conversation OptedOut": "Asked for no more messages",
  "lead LeadScored": "Score changed",
  "lead LeadHandedOff": "Handed off to a deal"
}

/** A few words for a timeline; null for a fact that is no line of one. Any other type reads as it is written. */
export const titleOf = (machine: string, type: string): string | null => {
  const known = `${machine} ${type}`
  return untold.has(known) ? null : (titles[known] ?? inWords(type))
}

/** `DealWon` to `Deal won`. */
const inWords = (type: string): string => {
  const words = type.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
