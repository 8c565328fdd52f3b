import type { Answer, Language } from "../../../machines/conversation/events.ts"
import { mayAskToStop } from "../../../machines/conversation/opt-out-words.ts"
import type { FaqEntry, Line, ReplyRequest } from "../model.ts"
import { detectLanguage } from "./detect-language.ts"
import { findAnswers } from "./find-answer.ts"
import {
  asksForPerson,
  declinesToAnswer,
  givesThanks,
  isSmallTalk,
  type Sentence,
  saysGoodbye,
  sentencesOf,
  wantsNextStep
} from "./lead-intent.ts"
import { understandAnswers } from "./understand-answers.ts"
import { type NoAnswer, whyNoAnswer } from "./words/no-answer.ts"

/** So much of a turn is read, the newest of it; more than this is no conversation. */
const turnCharactersMax = 8000
const sentencesMax = 60
/** Questions answered in one reply at most. */
const faqAnswersMax = 3

type MediaKind = "audio" | "image" | "file"

/** What one turn of the lead says. */
export interface TurnReading {
  readonly language: Language
  readonly answers: ReadonlyArray<Answer>
  readonly faq: ReadonlyArray<FaqEntry>
  readonly wantsPerson: boolean
  /** It wants to buy, to be called, or to have an offer: what only a person can do. */
  readonly wantsNext: boolean
  /** It may ask us never to write again, in words that we are not sure of. */
  readonly mayStop: boolean
  /** Nothing was answered, and why not: it asks back, has no time, wants nothing, or we have the wrong person. */
  readonly noAnswer: NoAnswer | undefined
  /** The lead won't or can't answer what was asked. */
  readonly declines: boolean
  /** Something was asked that the company's answers don't cover. */
  readonly openQuestion: boolean
  readonly thanks: boolean
  readonly goodbye: boolean
  /** Only greetings, thanks, "ok", emoji, or nothing at all. */
  readonly smallTalk: boolean
  readonly media: MediaKind | undefined
}

const textOf = ({ text, media = [] }: Line): string =>
  [text, ...media.map((one) => one.caption ?? "").filter((caption) => !text.includes(caption))]
    .filter((part) => part.trim() !== "")
    .join("\n")

/** A sticker says no more than an emoji; media with words of its own is answered by the words. */
const mediaOf = (lines: ReadonlyArray<Line>): MediaKind | undefined => {
  const kinds = lines
    .flatMap((line) => (textOf(line) === "" ? (line.media ?? []) : []))
    .map((one) => one.kind)
  if (kinds.includes("audio")) return "audio"
  if (kinds.includes("image")) return "image"
  return kinds.some((kind) => kind !== "sticker") ? "file" : undefined
}

/** What the agent said since the lead was last answered: a reply that a newer message cut short stands here. */
const saidLast = (history: ReadonlyArray<Line>): string =>
  history
    .slice(history.findLastIndex((line) => line.from !== "agent") + 1)
    .map((line) => line.text)
    .join(" ")

const faqOf = (
  { company, history, lines }: ReplyRequest,
  sentences: ReadonlyArray<Sentence>,
  answers: ReadonlyArray<Answer>
) => {
  const said = saidLast(history)
  const newest = lines.at(-1)?.text ?? ""
  const found = sentences
    // "Preciso integrar com o WhatsApp" answers what the lead needs; it does not ask about integrations.
    .filter((one) => one.isQuestion || !answers.some((answer) => isWithin(one.said, answer.said)))
    .flatMap((one) => findAnswers(one.folded, company.faq).map((entry) => ({ entry, asked: one.said })))
    // An earlier message of the turn whose answer has just gone out is answered; asked anew, it is answered anew.
    .filter(
      ({ entry, asked }) =>
        newest.includes(asked) || !Object.values(entry.answer).some((answer) => said.includes(answer))
    )
  return [...new Set(found.map(({ entry }) => entry))].slice(0, faqAnswersMax)
}

const isWithin = (said: string, answer: string) => answer.includes(said) || said.includes(answer)

/** Of several reasons the one that we answer to. */
const strongest: ReadonlyArray<NoAnswer> = [
  "wrongNumber",
  "refusal",
  "notNow",
  "asksWho",
  "asksBack",
  "reaction"
]

/** The newest words of the turn, and its sentences with the days on which they were written. */
const wordsOfTurn = (lines: ReplyRequest["lines"]) => {
  let left = turnCharactersMax
  const parts: Array<{ readonly text: string; readonly sentences: ReadonlyArray<Sentence> }> = []
  for (const line of lines.toReversed()) {
    const text = left > 0 ? textOf(line).slice(-left) : ""
    left -= text.length
    const { day } = line
    const sentences = sentencesOf(text).map((one) => (day === undefined ? one : { ...one, day }))
    if (text !== "") parts.unshift({ text, sentences })
  }
  const sentences = parts.flatMap((part) => part.sentences).slice(-sentencesMax)
  return { text: parts.map((part) => part.text).join("\n"), sentences }
}

/** Reads what the lead said in this turn. */
export const readTurn = (request: ReplyRequest): TurnReading => {
  const { answers: answered, company, lines, today } = request
  // An answer that came unasked while the question was on its way is not asked for any more.
  const asked = answered.some((answer) => answer.criterion === request.asked) ? undefined : request.asked
  const { text, sentences } = wordsOfTurn(lines)
  const language = detectLanguage(text, request.language, request.history.length === 0 ? "atFirst" : "later")
  const { criteria } = company
  const answers = understandAnswers({ text, sentences, criteria, answered, asked, today, language })
  const faq = faqOf(request, sentences, answers)
  const reasons = answers.length > 0 ? [] : sentences.map((sentence) => whyNoAnswer(sentence.folded))
  const isText = ({ criterion }: Answer) =>
    criteria.some((one) => one.name === criterion && one.kind === "text")
  const wantsPerson = sentences.some((sentence) => asksForPerson(sentence.folded))
  const isOpenQuestion = (sentence: Sentence) =>
    sentence.isQuestion &&
    !isSmallTalk(sentence.folded) &&
    !["asksBack", "notNow", "refusal", "wrongNumber"].includes(whyNoAnswer(sentence.folded) ?? "") &&
    findAnswers(sentence.folded, company.faq).length === 0 &&
    !answers.some((answer) => isWithin(sentence.said, answer.said))
  return {
    language,
    answers,
    faq,
    wantsPerson,
    wantsNext: sentences.some((sentence) => wantsNextStep(sentence.folded)),
    mayStop: answers.every(isText) && lines.some((line) => mayAskToStop(textOf(line))),
    noAnswer: strongest.find((reason) => reasons.includes(reason)),
    declines: sentences.some((sentence) => declinesToAnswer(sentence.folded)),
    openQuestion: sentences.some(isOpenQuestion) || (faq.length === 0 && reasons.includes("asksWho")),
    thanks: sentences.some((sentence) => givesThanks(sentence.folded)),
    goodbye: sentences.some((sentence) => saysGoodbye(sentence.folded)),
    smallTalk: sentences.every((sentence) => isSmallTalk(sentence.folded)),
    media: mediaOf(lines)
  }
}
