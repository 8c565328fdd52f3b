import type { Answer, Language, Media } from "../../../machines/conversation/events.ts"
import type { Company } from "../../../src/companies/company.ts"
import { completeCompany } from "../../../src/companies/complete-company.ts"
import { demoCompany } from "../../../src/companies/demo.ts"
import type { Line, ReplyContent, ReplyRequest } from "../../../src/models/model.ts"
import { writeScriptedReply } from "../../../src/models/scripted/write-scripted-reply.ts"

/** Aurora, as the first start has it. */
export const demo: Company = completeCompany(demoCompany)

/** A request with nothing said yet, on Friday 20 November 2026. */
export const request = (own: Partial<ReplyRequest>): ReplyRequest => ({
  purpose: "reply",
  turn: 1,
  language: "pt",
  history: [],
  lines: [],
  answers: [],
  today: "2026-11-20",
  company: { ...demo, criteria: demo.qualification.criteria },
  ...own
})

/** A lead's message: its text, or media. */
export type Said = string | { readonly text?: string; readonly media: ReadonlyArray<Media> }

const lineOf = (said: Said): Line =>
  typeof said === "string"
    ? { from: "lead", text: said }
    : { from: "lead", text: said.text ?? "", media: said.media }

/** A conversation with the script that keeps what the conversation machine keeps. */
export const dialogue = (own: Partial<ReplyRequest> = {}) => {
  const history: Array<Line> = []
  const answers = new Map<string, Answer>()
  let language: Language = "pt"
  let asked: string | undefined
  let turn = 0
  return {
    turn: (...said: ReadonlyArray<Said>): ReplyContent => {
      turn += 1
      const lines = said.map(lineOf)
      const reply = writeScriptedReply(
        request({
          turn,
          language,
          history: [...history],
          lines,
          answers: [...answers.values()],
          ...(asked === undefined ? {} : { asked }),
          ...own
        })
      )
      for (const answer of reply.answers) answers.set(answer.criterion, answer)
      history.push(...lines, ...reply.chunks.map((text): Line => ({ from: "agent", text })))
      language = reply.language
      // As the machine does: what was asked stays asked until it is answered or something else is.
      asked = reply.asks ?? (asked !== undefined && answers.has(asked) ? undefined : asked)
      return reply
    },
    /** Everything understood so far, by criterion. */
    answers: () => Object.fromEntries([...answers.values()].map((answer) => [answer.criterion, answer.value]))
  }
}
