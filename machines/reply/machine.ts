import { fromPromise, setup } from "xstate"
import { act, type EventsOf, type Rule } from "../rule.ts"
import type { ReplyInput, replyEmitted, replyEvents } from "./events.ts"
import type { replyJobs } from "./jobs.ts"

type SendInput = (typeof replyJobs)["sendChunk"]["input"]["Type"]
type SendOutput = (typeof replyJobs)["sendChunk"]["output"]["Type"]

/** What a reply knows; all but the person is empty until it is asked for. */
export type Reply = {
  readonly leadId: string
  readonly conversationId: string
  readonly channel: string
  readonly instance: string
  readonly contact: string
  readonly text: string
  readonly knownMessageIds: ReadonlyArray<string>
  readonly by: string
}

type ReplyEvent =
  | EventsOf<typeof replyEvents>
  | { readonly type: "xstate.done.actor.sendChunk"; readonly output: SendOutput; readonly at: number }
  | { readonly type: "xstate.error.actor.sendChunk"; readonly error: unknown; readonly at: number }
type ReplyEmitted = EventsOf<typeof replyEmitted>
type ReplyRule = Rule<Reply, ReplyEvent, ReplyEmitted>
type On<Type extends ReplyEvent["type"]> = Extract<ReplyEvent, { type: Type }>

const ask: ReplyRule = (_, event) => {
  const { type: _type, at: _at, ...asked } = event as On<"ReplyAsked">
  return { context: asked }
}

const retry: ReplyRule = (_, event) => ({ context: { by: (event as On<"ReplyRetryAsked">).by } })

/** The conversation hears of it as of anything that a person says: the AI stays silent. */
const deliver: ReplyRule = ({ conversationId, text, by }, event) => {
  const { messageId, at } = (event as On<"xstate.done.actor.sendChunk">).output
  const said = { type: "PersonReplied", messageId, at, text, by, source: "console" }
  return {
    emit: [{ type: "ReplyDelivered", conversationId, messageId, by, at }],
    tell: [{ machine: "conversation", id: conversationId, event: said }]
  }
}

const reasonOf = (event: ReplyEvent): string => {
  const { error } = event as On<"xstate.error.actor.sendChunk">
  const reason = typeof error === "object" && error !== null && "reason" in error ? error.reason : undefined
  return typeof reason === "string" ? reason : "failed"
}

const doubt: ReplyRule = ({ conversationId, by }) => ({
  emit: [{ type: "ReplyInDoubt", conversationId, by }]
})
const fail: ReplyRule = ({ conversationId, by }, event) => ({
  emit: [{ type: "ReplyNotDelivered", conversationId, by, reason: reasonOf(event) }]
})

const sendInput = ({ channel, instance, contact, text, knownMessageIds }: Reply): SendInput => ({
  ...{ channel, instance, contact, text, knownMessageIds },
  turn: 0,
  chunk: 1
})

const replySetup = setup({
  types: {
    context: {} as Reply,
    events: {} as ReplyEvent,
    emitted: {} as ReplyEmitted,
    input: {} as typeof ReplyInput.Type
  },
  // The engine's handler does it; a machine that is run without one must not believe that it was done.
  actors: {
    sendChunk: fromPromise<SendOutput, SendInput>(async () => {
      throw new Error("no handler does the job sendChunk")
    })
  },
  actions: { ask: act(ask), retry: act(retry), deliver: act(deliver), doubt: act(doubt), fail: act(fail) },
  guards: { inDoubt: ({ event }) => reasonOf(event) === "inDoubt" }
})

/**
 * One message that a person writes to a lead from the console: sent once, like a chunk of the AI's, and then told to its
 * conversation. What failed, or is in doubt, a person may try again.
 */
export const replyMachine = replySetup.createMachine({
  id: "reply",
  version: "1.0.0",
  context: ({ input }) => ({
    leadId: input.leadId,
    conversationId: "",
    channel: "",
    instance: "",
    contact: "",
    text: "",
    knownMessageIds: [],
    by: ""
  }),
  initial: "empty",
  states: {
    empty: { on: { ReplyAsked: { target: "sending", actions: "ask" } } },
    sending: {
      invoke: {
        id: "sendChunk",
        src: "sendChunk",
        input: ({ context }) => sendInput(context),
        onDone: { target: "sent", actions: "deliver" },
        onError: [
          { guard: "inDoubt", target: "inDoubt", actions: "doubt" },
          { target: "failed", actions: "fail" }
        ]
      }
    },
    sent: {},
    inDoubt: { on: { ReplyRetryAsked: { target: "sending", actions: "retry" } } },
    failed: { on: { ReplyRetryAsked: { target: "sending", actions: "retry" } } }
  }
})
