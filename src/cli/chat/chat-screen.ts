import { clearLine, createInterface, cursorTo } from "node:readline"
import type { ChatLine } from "../../http/chat/chat-frames.ts"
import { type Io, plain } from "../terminal.ts"

/** Where a conversation is shown, and where our lines come from. */
export interface ChatScreen {
  readonly begin: (agent: string, company: string) => void
  readonly show: (line: ChatLine) => void
  /** The other side writes; for so many ms at most. */
  readonly typing: (ms: number) => void
  /** Something about the conversation, not of it. */
  readonly tell: (text: string) => void
  readonly close: () => void
}

/** What comes from the keyboard, or the pipe. */
export interface ChatKeyboard {
  readonly line: (text: string) => void
  readonly ended: () => void
}

const names = { lead: "you", agent: "", person: "a person" } as const

/** A prompt at the bottom, the conversation above it. */
export const terminalScreen = ({ stdin, stdout }: Io, json: boolean, keyboard: ChatKeyboard): ChatScreen => {
  const reader = createInterface({ input: stdin, output: stdout, prompt: "> " })
  let agentName = "agent"
  let typingEnds: NodeJS.Timeout | undefined
  let isClosed = false
  const prompt = () => {
    if (!isClosed) reader.prompt(true)
  }
  const above = (text: string) => {
    clearLine(stdout, 0)
    cursorTo(stdout, 0)
    stdout.write(`${text}\n`)
    prompt()
  }
  const stopTyping = () => {
    clearTimeout(typingEnds)
    typingEnds = undefined
    reader.setPrompt("> ")
  }
  reader.on("line", (text) => {
    keyboard.line(text)
    prompt()
  })
  const ended = () => {
    isClosed = true
    keyboard.ended()
  }
  reader.once("close", ended)
  // Ctrl-C at a prompt comes here, not as a signal.
  reader.on("SIGINT", () => reader.close())
  return {
    begin: (agent, company) => {
      agentName = plain(agent)
      above(`${agentName} of ${plain(company)}; /quit ends`)
    },
    show: (line) => {
      stopTyping()
      above(json ? JSON.stringify({ type: "message", ...line }) : inWords(line, agentName))
    },
    typing: (ms) => {
      stopTyping()
      reader.setPrompt(`(${agentName} is typing…) > `)
      typingEnds = setTimeout(() => {
        stopTyping()
        prompt()
      }, ms)
      clearLine(stdout, 0)
      cursorTo(stdout, 0)
      prompt()
    },
    tell: (text) => above(`[${plain(text)}]`),
    close: () => {
      stopTyping()
      isClosed = true
      reader.off("close", ended)
      reader.close()
    }
  }
}

const inWords = ({ from, text }: ChatLine, agent: string) => `${names[from] || agent}: ${plain(text)}`

/** Lines in, replies out; what is about the conversation goes to stderr. */
export const pipedScreen = (
  { stdin, stdout, stderr }: Io,
  json: boolean,
  keyboard: ChatKeyboard
): ChatScreen => {
  const reader = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })
  let agentName = "agent"
  reader.on("line", keyboard.line)
  reader.once("close", keyboard.ended)
  return {
    begin: (agent) => {
      agentName = plain(agent)
    },
    show: (line) => {
      stdout.write(`${json ? JSON.stringify({ type: "message", ...line }) : inWords(line, agentName)}\n`)
    },
    typing: (ms) => {
      if (json) stdout.write(`${JSON.stringify({ type: "typing", ms })}\n`)
    },
    tell: (text) => void stderr.write(`${plain(text)}\n`),
    close: () => {
      reader.off("close", keyboard.ended)
      reader.close()
    }
  }
}
