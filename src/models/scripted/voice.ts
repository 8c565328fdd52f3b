import type { Language } from "../../../machines/conversation/events.ts"
import type { ReplyRequest } from "../model.ts"
import { type Texts, textIn } from "../model.ts"
import { choose } from "./choose.ts"
import { firstNameOf } from "./first-name.ts"
import { hello, type Ways } from "./phrases.ts"

/** How the agent says things in one reply: language, names, and which of several ways. */
export interface Voice {
  readonly language: Language
  /** One of several ways, the same for the same turn. */
  readonly say: (ways: Ways) => string
  /** A text of the company, with the names filled in. */
  readonly text: (texts: Texts) => string
  /** "Oi, Ana!" */
  readonly hello: string
}

/** The agent's voice for this request. */
export const makeVoice = (request: ReplyRequest, language: Language): Voice => {
  const { company, contactName, lines, turn } = request
  const seed = `${turn} ${lines.map((line) => line.text).join(" ")}`
  return {
    language,
    say: (ways) => choose(ways[language], seed),
    text: (texts) =>
      textIn(texts, language, company.language)
        .replaceAll("{agent}", () => company.agent.name)
        .replaceAll("{company}", () => company.name),
    hello: hello(language, firstNameOf(contactName))
  }
}
