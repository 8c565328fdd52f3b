import type { Line } from "../model.ts"
import { acknowledged, cannotTell, movesOn, notUnderstood, type Ways } from "./phrases.ts"

const phrases = (...ways: ReadonlyArray<Ways>) => ways.flatMap((one) => [...one.pt, ...one.en, ...one.es])
const stuck = phrases(notUnderstood, movesOn, cannotTell)
const notStuck = phrases(acknowledged)

/** The agent's last replies, newest first, up to the last time that a person wrote. */
const lastReplies = (history: ReadonlyArray<Line>): ReadonlyArray<string> => {
  const replies: Array<string> = []
  let open = false
  for (const line of history.toReversed()) {
    if (line.from === "person") break
    if (line.from === "lead") open = false
    else if (open) replies.push(`${line.text} ${replies.pop()}`)
    else {
      replies.push(line.text)
      open = true
    }
  }
  return replies
}

/** How many of the last turns, in a row, we did not understand. */
export const stuckTurns = (history: ReadonlyArray<Line>): number => {
  const replies = lastReplies(history)
  const end = replies.findIndex(
    (reply) =>
      !stuck.some((phrase) => reply.includes(phrase)) || notStuck.some((phrase) => reply.includes(phrase))
  )
  return end < 0 ? replies.length : end
}
