import type { AskedCriterion, ReplyContent, ReplyRequest } from "../model.ts"
import { detectLanguage } from "./detect-language.ts"
import { openCriteria, wasAskedAgain } from "./open-criteria.ts"
import * as phrases from "./phrases.ts"
import { readTurn, type TurnReading } from "./read-turn.ts"
import { splitChunks } from "./split-chunks.ts"
import { stuckTurns } from "./stuck-turns.ts"
import { makeVoice, type Voice } from "./voice.ts"
import type { NoAnswer } from "./words/no-answer.ts"

/** After so many turns in a row that we did not understand, a person goes on. */
const stuckTurnsMax = 3

/** Which criterion to ask for, and in which words; and what to say when the last question got no answer. */
interface NextQuestion {
  readonly criterion: AskedCriterion | undefined
  readonly again: boolean
  readonly before: phrases.Ways | undefined
}

const isFirstReply = ({ history }: ReplyRequest) => history.every((line) => line.from === "lead")

const isUnderstood = (reading: TurnReading): boolean =>
  reading.answers.length > 0 ||
  reading.faq.length > 0 ||
  reading.smallTalk ||
  reading.thanks ||
  reading.goodbye ||
  reading.declines ||
  reading.media !== undefined

/** Whether the turn leaves us without a clue; a first message may say anything. */
const isStuck = (request: ReplyRequest, reading: TurnReading): boolean =>
  !isUnderstood(reading) && (reading.openQuestion || (!isFirstReply(request) && request.asked !== undefined))

const nextQuestion = (request: ReplyRequest, reading: TurnReading): NextQuestion => {
  const { company, history } = request
  const open = openCriteria(
    company.criteria,
    [...request.answers, ...reading.answers],
    history,
    request.asked
  )
  const asked = open.find((criterion) => criterion.name === request.asked)
  if (asked === undefined) return { criterion: open[0], again: false, before: undefined }
  const others = open.filter((criterion) => criterion !== asked)
  if (reading.declines) return { criterion: others[0], again: false, before: phrases.respectsSilence }
  if (isUnderstood(reading)) return { criterion: asked, again: false, before: undefined }
  if (reading.openQuestion) return { criterion: asked, again: false, before: undefined }
  if (!wasAskedAgain(history, asked)) return { criterion: asked, again: true, before: phrases.notUnderstood }
  return { criterion: others[0], again: false, before: phrases.movesOn }
}

const questionText = ({ criterion, again }: NextQuestion, voice: Voice): string => {
  if (criterion === undefined) return ""
  return voice.text(again ? (criterion.again ?? criterion.question) : criterion.question)
}

const mediaLine = ({ media }: TurnReading, voice: Voice): string => {
  if (media === undefined) return ""
  const ways = { audio: phrases.cannotHear, image: phrases.thanksForImage, file: phrases.thanksForFile }
  return voice.say(ways[media])
}

/** What stands before the question: greeting, thanks for an answer, answers to what the lead asks. */
const opening = (request: ReplyRequest, reading: TurnReading, next: NextQuestion, voice: Voice) => {
  const first = isFirstReply(request)
  const pleasantry = reading.thanks ? phrases.welcome : undefined
  return [
    first ? `${voice.hello} ${voice.text(request.company.lines.greeting)}` : "",
    !first && reading.answers.length > 0 ? voice.say(phrases.acknowledged) : "",
    !first && pleasantry !== undefined && reading.answers.length === 0 ? voice.say(pleasantry) : "",
    ...reading.faq.map((entry) => voice.text(entry.answer)),
    mediaLine(reading, voice),
    reading.openQuestion && reading.faq.length === 0 ? voice.say(phrases.cannotTell) : "",
    next.before !== undefined ? voice.say(next.before) : ""
  ]
}

/** What ends the reply when there is nothing left to ask. */
const closing = (request: ReplyRequest, reading: TurnReading, said: ReadonlyArray<string>, voice: Voice) => {
  if (reading.answers.length > 0 && request.company.criteria.length > 0) return voice.say(phrases.allAsked)
  return said.some((part) => part !== "") && !isFirstReply(request) ? "" : voice.say(phrases.stillHere)
}

const content = (
  voice: Voice,
  parts: ReadonlyArray<string>,
  rest: Partial<Pick<ReplyContent, "answers" | "asks" | "handOver">>
): ReplyContent => ({ chunks: splitChunks(parts), language: voice.language, answers: [], ...rest })

const handOver = (
  request: ReplyRequest,
  reading: TurnReading,
  voice: Voice,
  reason: string
): ReplyContent => {
  const before = reading.wantsPerson
    ? phrases.ofCourse
    : reason === "askedForPerson"
      ? phrases.gladly
      : phrases.letAPerson
  const greeting = isFirstReply(request) ? `${voice.hello} ${voice.text(request.company.lines.greeting)}` : ""
  const parts = [greeting, `${voice.say(before)} ${voice.text(request.company.lines.handOver)}`]
  return content(voice, parts, { answers: reading.answers, handOver: reason })
}

/** Who wants nothing now is answered kindly and asked nothing. */
const endings: { readonly [Reason in NoAnswer]?: phrases.Ways } = {
  refusal: phrases.respectsNo,
  notNow: phrases.waitsForLead,
  wrongNumber: phrases.wrongPerson
}

const replyToTurn = (request: ReplyRequest): ReplyContent => {
  const reading = readTurn(request)
  const voice = makeVoice(request, reading.language)
  if (reading.wantsPerson || reading.wantsNext) return handOver(request, reading, voice, "askedForPerson")
  // A person looks at what may be an opt-out; the next question would be the worst answer to it.
  if (reading.mayStop) return handOver(request, { ...reading, answers: [] }, voice, "cannotAnswer")
  if (isStuck(request, reading) && stuckTurns(request.history) >= stuckTurnsMax - 1)
    return handOver(request, reading, voice, "cannotAnswer")
  const ending =
    reading.faq.length > 0 || reading.noAnswer === undefined ? undefined : endings[reading.noAnswer]
  if (ending !== undefined) return content(voice, [voice.say(ending)], asksFor(request.asked))
  const next = nextQuestion(request, reading)
  const said = opening(request, reading, next, voice)
  const { answers } = reading
  // A question after "pode me escrever?" or a goodbye would push; what was asked stays asked.
  const waits =
    (reading.media !== undefined && answers.length === 0) || (reading.goodbye && !isFirstReply(request))
  if (waits) {
    const bye = reading.goodbye ? voice.say(phrases.goodbye) : ""
    return content(voice, [...said, bye], {
      answers,
      ...asksFor(next.criterion === undefined ? undefined : request.asked)
    })
  }
  const end =
    next.criterion === undefined ? closing(request, reading, said, voice) : questionText(next, voice)
  return content(voice, [...said, end], { answers, ...asksFor(next.criterion?.name) })
}

const asksFor = (asks: string | undefined) => (asks === undefined ? {} : { asks })

const firstContact = (request: ReplyRequest): ReplyContent => {
  const voice = makeVoice(request, request.language)
  const { company } = request
  const criterion = openCriteria(company.criteria, request.answers, request.history, undefined)[0]
  const parts = [
    `${voice.hello} ${voice.text(company.lines.greeting)} ${voice.text(company.lines.firstContact)}`,
    criterion === undefined ? "" : voice.text(criterion.question)
  ]
  return content(voice, parts, asksFor(criterion?.name))
}

const followUp = (request: ReplyRequest): ReplyContent => {
  const voice = makeVoice(request, request.language)
  const which = Math.min(Math.max(request.followUp ?? 1, 1), 3)
  const parts = [`${voice.hello} ${phrases.followUps[voice.language][which - 1]}`]
  const asked = request.company.criteria.find((criterion) => criterion.name === request.asked)
  // The first one takes up the question where it was left; the later ones don't press.
  if (which === 1 && asked !== undefined) parts.push(voice.text(asked.question))
  return content(voice, parts, asksFor(asked?.name))
}

const closingLine = (request: ReplyRequest): ReplyContent => {
  const voice = makeVoice(request, request.language)
  return content(voice, [voice.text(request.company.lines.handOver)], {})
}

const farewell = (request: ReplyRequest): ReplyContent => {
  const said = request.history.findLast((line) => line.from === "lead")?.text ?? ""
  const language = detectLanguage(said, request.language, isFirstReply(request) ? "atFirst" : "later")
  const voice = makeVoice(request, language)
  return content(voice, [voice.say(phrases.optedOut)], {})
}

/** The reply that the script gives: the same request always gets the same one. */
export const writeScriptedReply = (request: ReplyRequest): ReplyContent => {
  switch (request.purpose) {
    case "reply":
      return replyToTurn(request)
    case "firstContact":
      return firstContact(request)
    case "followUp":
      return followUp(request)
    case "handOver":
      return closingLine(request)
    case "optedOut":
      return farewell(request)
  }
}
