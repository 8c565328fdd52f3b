import * as Effect from "effect/Effect"
import type { ChatLine, ToVisitor } from "../../http/chat/chat-frames.ts"
import { type CliFailure, exitCode, failed } from "../cli-failure.ts"
import { endsByCtrlC, Io } from "../terminal.ts"
import { connectChat } from "./chat-connection.ts"
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
    const isTerminal = io.stdin.isTTY === true && io.stdout.isTTY === true
    const known = new Set<string>()
    let timer: NodeJS.Timeout | undefined
    let inputEnded = false
    let answered = true
    let began = false
    let leaving = false

    const end = (exit: Effect.Effect<void, CliFailure>) => {
      clearTimeout(timer)
      connection.close()
      screen.close()
      resume(exit)
    }
    /** What was written before is not lost. */
    const leave = () => {
      if (connection.unstored() === 0) return end(Effect.void)
      if (leaving) return
      leaving = true
      clearTimeout(timer)
      timer = setTimeout(() => end(Effect.fail(notStored(connection.unstored()))), storedWithinMs)
    }
    /** Every sign of life puts the end off; only a piped conversation ends by itself. */
    const waitForQuiet = () => {
      if (leaving) return connection.unstored() === 0 ? end(Effect.void) : undefined
      clearTimeout(timer)
      if (!inputEnded || isTerminal) return
      if (answered && connection.unstored() === 0)
        timer = setTimeout(() => end(Effect.void), quietAfterReplyMs)
      else timer = setTimeout(() => end(Effect.fail(noReply)), noReplyMs)
    }
    const show = (line: ChatLine) => {
      if (known.has(line.messageId)) return
      known.add(line.messageId)
      screen.show(line)
      if (line.from === "lead") return
      answered = true
      connection.tellRead(line.messageId)
    }
    /** What was said before is shown again to a person only. */
    const begin = ({ agent, company, messages }: ToVisitor & { readonly type: "history" }) => {
      began = true
      screen.begin(agent, company)
      for (const line of messages) known.add(line.messageId)
      if (isTerminal) messages.slice(-historyShown).forEach(screen.show)
    }
    const hear = (frame: ToVisitor) => {
      if (frame.type === "history") {
        if (began) frame.messages.forEach(show)
        else begin(frame)
      } else if (frame.type === "message") show(frame)
      else if (frame.type === "typing") screen.typing(frame.ms)
      else if (frame.type === "refused") screen.tell(`the server does not take it: ${frame.reason}`)
      waitForQuiet()
    }
    const connection = connectChat(asked.findUrl, asked.company, asked.secret, {
      hear,
      lost: (why) => screen.tell(`no connection (${why}); trying again`),
      refused: (why) => end(Effect.fail(failed("ChatRefused", `${asked.company}: ${why}`)))
    })
    const screen: ChatScreen = (isTerminal ? terminalScreen : pipedScreen)(io, asked.json, {
      line: (text) => {
        if (text.trim() === "/quit") return leave()
        if (leaving) return
        if (text.trim() === "") return
        answered = false
        known.add(connection.say(text.trim()))
        waitForQuiet()
      },
      ended: () => {
        inputEnded = true
        if (isTerminal) return leave()
        waitForQuiet()
      }
    })
    return Effect.sync(() => {
      clearTimeout(timer)
      connection.close()
      screen.close()
    })
  })

const notStored = (lines: number) =>
  failed(
    "NotStored",
    `${lines === 1 ? "the last line was" : `the last ${lines} lines were`} not taken by the server within ${storedWithinMs / 1000} s; the conversation does not have ${lines === 1 ? "it" : "them"}`
  )

const noReply = failed("NoReply", `no reply within ${noReplyMs / 1000} s`)
