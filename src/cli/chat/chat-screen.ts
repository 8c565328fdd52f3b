import { clearLine, createInterface, cursorTo } from "node:readline"
import type { ChatLine } from "../../http/chat/chat-frames.ts"
import { plain } from "../terminal.ts"

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
export const terminalScreen = (json: boolean, keyboard: ChatKeyboard): ChatScreen => {
  const reader = createInterface({ input: process.stdin, output: process.stdout, prompt: "> " })
  let agentName = "agent"
  let typingEnds: NodeJS.Timeout | undefined
  let isClosed = false
  const prompt = () => {
    if (!isClosed) reader.prompt(true)
  }
  const above = (text: string) => {
    clearLine(process.stdout, 0)
    cursorTo(process.stdout, 0)
    process.stdout.write(`${text}\n`)
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
      clearLine(process.stdout, 0)
      cursorTo(process.stdout, 0)
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
export const pipedScreen = (json: boolean, keyboard: ChatKeyboard): ChatScreen => {
  const reader = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  let agentName = "agent"
  reader.on("line", keyboard.line)
  reader.once("close", keyboard.ended)
  return {
    begin: (agent) => {
      agentName = plain(agent)
    },
    show: (line) => {
      process.stdout.write(
        `${json ? JSON.stringify({ type: "message", ...line }) : inWords(line, agentName)}\n`
      )
    },
    typing: (ms) => {
      if (json) process.stdout.write(`${JSON.stringify({ type: "typing", ms })}\n`)
    },
    tell: (text) => void process.stderr.write(`${plain(text)}\n`),
    close: () => {
      reader.off("close", keyboard.ended)
      reader.close()
    }
  }
}
