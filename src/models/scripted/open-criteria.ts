import type { Answer } from "../../../machines/conversation/events.ts"
import type { AskedCriterion, Line, Texts } from "../model.ts"
import { declinesToAnswer, sentencesOf } from "./lead-intent.ts"

/** A question is asked so often at most, in whatever words: more would be nagging. */
const askedMax = 3

const says = (line: Line, texts: Texts | undefined): boolean =>
  line.from === "agent" && Object.values(texts ?? {}).some((text) => line.text.includes(text))

const asks = (line: Line, criterion: AskedCriterion) =>
  says(line, criterion.question) || says(line, criterion.again)

/** Whether the lead's words right after one of the agent's lines decline to answer it. */
const declinedAfter = (history: ReadonlyArray<Line>, place: number): boolean => {
  const after = history.slice(place + 1)
  const next = after.findIndex((line) => line.from === "lead")
  const reply = next < 0 ? [] : after.slice(next)
  const end = reply.findIndex((line) => line.from !== "lead")
  return (end < 0 ? reply : reply.slice(0, end)).some((line) =>
    sentencesOf(line.text).some((sentence) => declinesToAnswer(sentence.folded))
  )
}

const timesAsked = (history: ReadonlyArray<Line>, criterion: AskedCriterion): number =>
  history.filter((line) => asks(line, criterion)).length

/** Whether the agent has already asked a second time because the lead did not understand. */
export const wasAskedAgain = (history: ReadonlyArray<Line>, criterion: AskedCriterion): boolean =>
  criterion.again === undefined
    ? timesAsked(history, criterion) > 1
    : history.some((line) => says(line, criterion.again))

/**
 * The criteria still worth asking for, in the company's order: not answered, not declined, not asked too often, and
 * not left behind after asking again. What was asked is read from what was really said: a question that was
 * superseded was not asked.
 */
export const openCriteria = (
  criteria: ReadonlyArray<AskedCriterion>,
  answers: ReadonlyArray<Answer>,
  history: ReadonlyArray<Line>,
  asked: string | undefined
): ReadonlyArray<AskedCriterion> =>
  criteria.filter((criterion) => {
    if (answers.some((answer) => answer.criterion === criterion.name)) return false
    if (criterion.name !== asked && wasAskedAgain(history, criterion)) return false
    if (timesAsked(history, criterion) >= askedMax) return false
    return !history.some((line, place) => asks(line, criterion) && declinedAfter(history, place))
  })
