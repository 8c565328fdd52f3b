import { conversationLimits } from "./limits.ts"
import type { Conversation, On, SpokenLine } from "./state.ts"

type Lines = ReadonlyArray<SpokenLine>
type Heard = On<"MessageReceived"> | On<"PersonReplied">

/** Messages of the lead that nobody has answered, oldest first. */
export const unanswered = (lines: Lines): Lines => lines.filter((line) => line.turn !== undefined)

/** Whether the lead wrote since the turn at hand was closed. */
export const hasNewer = (lines: Lines): boolean => lines.some((line) => line.turn === 0)

/** One more line, and no more than the limits allow; what waits for an answer is kept longest. */
export const withLine = (lines: Lines, line: SpokenLine): Lines => {
  const all = [...lines, line]
  let past = all.filter((each) => each.turn === undefined).length - conversationLimits.historyLinesMax
  let waiting = unanswered(all).length - conversationLimits.unansweredMax
  return all.filter((each) => (each.turn === undefined ? past-- <= 0 : waiting-- <= 0))
}

/** The lines with those of this turn answered; without a turn, all of them. */
export const answered = (lines: Lines, turn?: number): Lines =>
  lines.map((line) => {
    if (line.turn === undefined || (turn !== undefined && line.turn !== turn)) return line
    const { turn: _, ...rest } = line
    return rest
  })

/** What a message says, as a line. Media without words has an empty text. */
export const lineOf = (event: Heard, from: SpokenLine["from"]): SpokenLine => ({
  from,
  text: event.text ?? event.media?.find((each) => each.caption !== undefined)?.caption ?? "",
  messageId: event.messageId,
  ...(event.media === undefined ? {} : { media: event.media }),
  ...(event.type === "MessageReceived" ? { at: event.at } : {})
})

/** As the model reads it. */
const forModel = ({ from, text, media, at }: SpokenLine) => ({
  from,
  text,
  ...(media === undefined ? {} : { media }),
  ...(at === undefined ? {} : { at })
})

/** What was said, for the model: the past, and what waits for an answer. */
export const linesForModel = ({ lines }: Conversation) => ({
  history: lines
    .filter((line) => line.turn === undefined)
    .slice(-conversationLimits.historyLinesMax)
    .map(forModel),
  lines: unanswered(lines).map(forModel)
})
