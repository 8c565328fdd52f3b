import { storable } from "../../../eventstore/database/storable-text.ts"
import type { Answer, Language } from "../../../machines/conversation/events.ts"
import type { AskedCriterion } from "../model.ts"
import { findPhrase, hasPhrase } from "./fold-text.ts"
import { asksForPerson, declinesToAnswer, isSmallTalk, type Sentence } from "./lead-intent.ts"
import { understandCount } from "./understand-count.ts"
import { understandDate } from "./understand-date.ts"
import { understandMoney } from "./understand-money.ts"
import { understandYesNo } from "./understand-yes-no.ts"
import { corrects } from "./words/corrections.ts"
import { whyNoAnswer } from "./words/no-answer.ts"

/** What the lead said, and what it is read for. */
export interface Turn {
  /** As the lead wrote it. */
  readonly text: string
  readonly sentences: ReadonlyArray<Sentence>
  readonly criteria: ReadonlyArray<AskedCriterion>
  readonly answered: ReadonlyArray<Answer>
  readonly asked: string | undefined
  /** `2026-11-20`, for sentences of which the day is not known. */
  readonly today: string
  readonly language: Language
}

/** Lengths in characters of what an answer keeps. */
const saidMax = 200
const valueMax = 500

const cut = (text: string, max: number) => [...storable(text)].slice(0, max).join("").trim()

type Value = Answer["value"]
const none: ReadonlyArray<string> = []

const negated = /\b(?:nao|not|no|nem|never|nunca)\s+(?:\S+\s+)?$/u

const byCues = ({ cues = none, cuesAgainst = none }: AskedCriterion, folded: string): boolean | undefined => {
  if (hasPhrase(folded, cuesAgainst)) return false
  const cue = findPhrase(folded, cues)
  return cue === undefined ? undefined : !negated.test(folded.slice(0, cue.start))
}

/** A bare yes or no describes nothing. */
const isBareYesNo = (folded: string) => folded.split(" ").length <= 2 && understandYesNo(folded) !== undefined

const isWorth = ({ folded }: Sentence): boolean =>
  /\p{L}{2}/u.test(folded) &&
  whyNoAnswer(folded) === undefined &&
  !isSmallTalk(folded) &&
  !declinesToAnswer(folded) &&
  !isBareYesNo(folded)

/** The value that one sentence gives to the criterion that was asked. */
const valueAsked = (criterion: AskedCriterion, { folded, day }: Sentence, turn: Turn): Value | undefined => {
  switch (criterion.kind) {
    case "money":
      return understandMoney(folded)
    case "count":
      return understandCount(folded, criterion.cues ?? none, false)
    case "date":
      return understandDate(folded, day ?? turn.today, turn.language)
    case "yesNo":
      return byCues(criterion, folded) ?? understandYesNo(folded)
    case "text":
      return undefined
  }
}

/** The value of a sentence that nobody asked for: only where a cue says what it is about. */
const valueUnasked = (criterion: AskedCriterion, sentence: Sentence, turn: Turn): Value | undefined => {
  const { folded } = sentence
  if (criterion.kind === "yesNo") return byCues(criterion, folded)
  if (criterion.kind === "count") return understandCount(folded, criterion.cues ?? none, true)
  if (!hasPhrase(folded, criterion.cues ?? none) || hasPhrase(folded, criterion.cuesAgainst ?? none))
    return undefined
  return criterion.kind === "text" ? cut(sentence.said, valueMax) : valueAsked(criterion, sentence, turn)
}

const answerOf = (criterion: AskedCriterion, value: Value, said: string): Answer => ({
  criterion: criterion.name,
  value,
  said: cut(said, saidMax)
})

/** A text criterion is answered by all that the lead says and does not ask. */
const textAsked = (criterion: AskedCriterion, turn: Turn): Answer | undefined => {
  const statements = turn.sentences.filter((sentence) => !sentence.isQuestion && isWorth(sentence))
  const said = asWritten(statements, turn)
  return said === "" ? undefined : answerOf(criterion, cut(said, valueMax), said)
}

/** What stands together is kept as it was written; where something was left out in between, with a space. */
const asWritten = (statements: ReadonlyArray<Sentence>, { sentences, text }: Turn): string => {
  const [first, last] = [statements[0], statements.at(-1)]
  if (first === undefined || last === undefined) return ""
  const isWhole = sentences.indexOf(last) - sentences.indexOf(first) === statements.length - 1
  const [from, to] = [text.indexOf(first.said), text.lastIndexOf(last.said)]
  if (isWhole && from >= 0 && to >= from) return text.slice(from, to + last.said.length)
  return statements.map((sentence) => sentence.said).join(" ")
}

const askedAnswer = (criterion: AskedCriterion, turn: Turn): Answer | undefined => {
  if (criterion.kind === "text") return textAsked(criterion, turn)
  // What is told counts before what is asked: "Quanto custa? Tenho uns 5 mil."
  const order = [
    ...turn.sentences.filter((one) => !one.isQuestion),
    ...turn.sentences.filter((one) => one.isQuestion && (criterion.kind === "yesNo" || isTentative(one)))
  ]
  for (const sentence of order) {
    const value = valueAsked(criterion, sentence, turn)
    if (value !== undefined) return answerOf(criterion, value, sentence.said)
  }
  return undefined
}

/** "uns 10 mil?", "em janeiro?": an answer with a question mark, short and without a question's words. */
const isTentative = ({ folded }: Sentence): boolean =>
  folded.length <= 40 &&
  !/\b(?:qual|quais|quanto|quantos|quando|what|which|how|when|cual|cuanto|cuando|custa|voces|you|ustedes)\b/u.test(
    folded
  )

const unaskedAnswer = (criterion: AskedCriterion, turn: Turn): Answer | undefined => {
  const before = turn.answered.find((answer) => answer.criterion === criterion.name)
  // A text that was given is not replaced by the next sentence with the same cue; a number may be corrected.
  if (before !== undefined && criterion.kind === "text") return undefined
  for (const sentence of turn.sentences) {
    if (sentence.isQuestion || declinesToAnswer(sentence.folded)) continue
    const value = valueUnasked(criterion, sentence, turn)
    if (value !== undefined)
      return value === before?.value ? undefined : answerOf(criterion, value, sentence.said)
  }
  return undefined
}

/** "na verdade 900 por mês": a correction without a cue is of what was answered last. */
const correctedAnswer = (turn: Turn, given: ReadonlyArray<Answer>): ReadonlyArray<Answer> => {
  const last = turn.answered.at(-1)
  const criterion = turn.criteria.find((one) => one.name === last?.criterion)
  const sentence = turn.sentences.find((one) => !one.isQuestion && corrects(one.folded))
  if (last === undefined || criterion === undefined || sentence === undefined || given.length > 0) return []
  const value = valueAsked(criterion, sentence, turn)
  return value === undefined || value === last.value ? [] : [answerOf(criterion, value, sentence.said)]
}

/** What the turn answers: the criterion that was asked, and others where the lead's words are clear. */
export const understandAnswers = (given: Turn): ReadonlyArray<Answer> => {
  // "Quero falar com uma pessoa" says nothing of how many they are.
  const turn = { ...given, sentences: given.sentences.filter((one) => !asksForPerson(one.folded)) }
  const answers = turn.criteria.flatMap((criterion) => {
    const answer =
      (criterion.name === turn.asked ? askedAnswer(criterion, turn) : undefined) ??
      unaskedAnswer(criterion, turn)
    return answer === undefined ? [] : [answer]
  })
  return [...answers, ...correctedAnswer(turn, answers)]
}
