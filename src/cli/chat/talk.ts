import * as Effect from "effect/Effect"
import type { ChatLine, ToVisitor } from "../../http/chat/chat-frames.ts"
import { type CliFailure, exitCode, failed } from "../cli-failure.ts"
import { endsByCtrlC, Io } from "../terminal.ts"
import { type ChatConnection, connectChat } from "./chat-connection.ts"
import { type ChatScreen, pipedScreen, terminalScreen } from "./chat-screen.ts"

interface Talk {
  readonly findUrl: () => string
  readonly company: string
  readonly secret: string
  readonly json: boolean
}

/** Lines of an earlier conversation that are shown. */
const historyShown = 20
/** The longest pause before a chunk, and some: after so long without a sign, the reply is whole. */
const quietAfterReplyMs = 8000
/** Without any sign for so long, there will be no reply. */
const noReplyMs = 45_000
/** A person who leaves waits so long at most until what they wrote is stored. */
const storedWithinMs = 10_000

/** Carries lines both ways until the person quits, or what was piped in is answered. */
export const talk = (asked: Talk): Effect.Effect<void, CliFailure> =>
  Effect.flatMap(Io, (io) => Effect.onInterrupt(talkOn(io, asked), () => endsByCtrlC(exitCode.ok)))

const talkOn = (io: Io, asked: Talk) =>
  Effect.callback<void, CliFailure>((resume) => {
    const conversation = new Conversation(io, asked, resume)
    return Effect.sync(() => conversation.close())
  })

/** One talk: what the server says goes to the screen, what the keyboard says to the server. */
class Conversation {
  private readonly isTerminal: boolean
  private readonly connection: ChatConnection
  private readonly screen: ChatScreen
  private readonly resume: (exit: Effect.Effect<void, CliFailure>) => void
  private readonly known = new Set<string>()
  private timer: NodeJS.Timeout | undefined
  private inputEnded = false
  private answered = true
  private began = false
  private leaving = false

  constructor(io: Io, asked: Talk, resume: (exit: Effect.Effect<void, CliFailure>) => void) {
    this.resume = resume
    this.isTerminal = io.stdin.isTTY === true && io.stdout.isTTY === true
    this.connection = connectChat(asked.findUrl, asked.company, asked.secret, {
      hear: (frame) => this.hear(frame),
      lost: (why) => this.screen.tell(`no connection (${why}); trying again`),
      refused: (why) => this.end(Effect.fail(failed("ChatRefused", `${asked.company}: ${why}`)))
    })
    this.screen = (this.isTerminal ? terminalScreen : pipedScreen)(io, asked.json, {
      line: (text) => this.line(text.trim()),
      ended: () => {
        this.inputEnded = true
        if (this.isTerminal) return this.leave()
        this.waitForQuiet()
      }
    })
  }

  close() {
    clearTimeout(this.timer)
    this.connection.close()
    this.screen.close()
  }

  private end(exit: Effect.Effect<void, CliFailure>) {
    this.close()
    this.resume(exit)
  }

  private line(text: string) {
    if (text === "/quit") return this.leave()
    if (this.leaving || text === "") return
    this.answered = false
    this.known.add(this.connection.say(text))
    this.waitForQuiet()
  }

  /** What was written before is not lost. */
  private leave() {
    if (this.connection.unstored() === 0) return this.end(Effect.void)
    if (this.leaving) return
    this.leaving = true
    clearTimeout(this.timer)
    const tooLate = () => this.end(Effect.fail(notStored(this.connection.unstored())))
    this.timer = setTimeout(tooLate, storedWithinMs)
  }

  /** Every sign of life puts the end off; only a piped conversation ends by itself. */
  private waitForQuiet() {
    const isStored = this.connection.unstored() === 0
    if (this.leaving) return isStored ? this.end(Effect.void) : undefined
    clearTimeout(this.timer)
    if (!this.inputEnded || this.isTerminal) return
    if (this.answered && isStored) this.timer = setTimeout(() => this.end(Effect.void), quietAfterReplyMs)
    else this.timer = setTimeout(() => this.end(Effect.fail(noReply)), noReplyMs)
  }

  private show(line: ChatLine) {
    if (this.known.has(line.messageId)) return
    this.known.add(line.messageId)
    this.screen.show(line)
    if (line.from === "lead") return
    this.answered = true
    this.connection.tellRead(line.messageId)
  }

  /** What was said before is shown again to a person only. */
  private begin({ agent, company, messages }: ToVisitor & { readonly type: "history" }) {
    this.began = true
    this.screen.begin(agent, company)
    for (const line of messages) this.known.add(line.messageId)
    if (this.isTerminal) for (const line of messages.slice(-historyShown)) this.screen.show(line)
  }

  private hear(frame: ToVisitor) {
    if (frame.type === "history") {
      if (this.began) for (const line of frame.messages) this.show(line)
      else this.begin(frame)
    } else if (frame.type === "message") this.show(frame)
    else if (frame.type === "typing") this.screen.typing(frame.ms)
    else if (frame.type === "refused") this.screen.tell(`the server does not take it: ${frame.reason}`)
    this.waitForQuiet()
  }
}

const notStored = (lines: number) =>
  failed(
    "NotStored",
    `${lines === 1 ? "the last line was" : `the last ${lines} lines were`} not taken by the server within ${storedWithinMs / 1000} s; the conversation does not have ${lines === 1 ? "it" : "them"}`
  )

const noReply = failed("NoReply", `no reply within ${noReplyMs / 1000} s`)
