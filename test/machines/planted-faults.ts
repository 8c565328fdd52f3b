import { type AnyStateMachine, createMachine } from "xstate"
import { recordDoubt } from "../../machines/conversation/delivery.ts"
import { conversationMachine } from "../../machines/conversation/machine.ts"
import type { ConversationRule, Reply } from "../../machines/conversation/state.ts"
import { act, chain } from "../../machines/rule.ts"

type Config = Record<string, unknown>
const { config } = conversationMachine as unknown as { config: Config }
const stateOf = (name: string): Config => (config.states as Record<string, Config>)[name]!

/** The conversation with parts of its chart replaced. */
const withChart = (change: Config, states: Record<string, Config> = {}): AnyStateMachine =>
  createMachine(
    { ...config, ...change, states: { ...(config.states as Config), ...states } } as never,
    conversationMachine.implementations as never
  )

const withState = (name: string, change: Config): AnyStateMachine =>
  withChart({}, { [name]: { ...stateOf(name), ...change } })

const withRule = (name: string, rule: ConversationRule): AnyStateMachine =>
  conversationMachine.provide({ actions: { [name]: act(rule) } as never })

const inReply = (reply: Reply | null, change: (reply: Reply) => Partial<Reply>) =>
  reply === null ? {} : { reply: { ...reply, ...change(reply) } }

const anyOrder: ConversationRule = ({ followed }, event) => {
  const { messageId, status, at } = event as never
  const known = followed.some((each) => each.messageId === messageId)
  return { emit: known ? [{ type: "DeliveryStatusChanged", messageId, status, at }] : [] }
}

const lastChunkFirst: ConversationRule = ({ reply }) => ({
  context: inReply(reply, ({ chunks }) => {
    const place = chunks.findLastIndex((chunk) => chunk.status === "waiting")
    return {
      chunks: chunks.map((chunk, index) => (index === place ? { ...chunk, status: "sending" } : chunk))
    }
  })
})

const doubtIsFailure: ConversationRule = chain(recordDoubt, ({ reply }) => ({
  context: inReply(reply, ({ chunks }) => ({
    chunks: chunks.map((chunk) => (chunk.status === "inDoubt" ? { ...chunk, status: "failed" } : chunk))
  }))
}))

const { followUp, ...otherTimers } = stateOf("waitingForLead").after as Config
const personOwned = stateOf("personOwned")
const sending = stateOf("sending")
const onItsWay = (sending.states as Record<string, Config>).onItsWay!
const { PersonTookOver, ...otherEvents } = onItsWay.on as Config
const secondReply = (stateOf("deciding").always as ReadonlyArray<Config>).map((each) =>
  each.guard === "out" || each.guard === "outAndFollowUpAhead" ? { ...each, target: "writing" } : each
)

/** For each law, the conversation with a fault that breaks it. */
export const plantedFaults: ReadonlyArray<{
  readonly fault: string
  readonly law: string
  readonly machine: AnyStateMachine
}> = [
  {
    fault: "the follow-up's timer belongs to the whole conversation",
    law: "no follow-up after handoff",
    machine: withChart(
      { after: { followUp: { target: ".writing", actions: "beginFollowUp" } } },
      { waitingForLead: { ...stateOf("waitingForLead"), after: otherTimers } }
    )
  },
  {
    fault: "a reply that is out is written once more",
    law: "one reply per turn",
    machine: withState("deciding", { always: secondReply })
  },
  {
    fault: "opt-out words are not understood",
    law: "nothing after an opt-out",
    machine: conversationMachine.provide({ guards: { optsOut: () => false } })
  },
  {
    fault: "updates are believed in the order they come",
    law: "a status never goes back",
    machine: withRule("trackDelivery", anyOrder)
  },
  {
    fault: "the last chunk is sent first",
    law: "chunks go out in order, and none in doubt again",
    machine: withRule("sendNext", lastChunkFirst)
  },
  {
    fault: "a chunk in doubt is tried again",
    law: "chunks go out in order, and none in doubt again",
    machine: withRule("recordDoubt", doubtIsFailure)
  },
  {
    fault: "the AI answers while a person owns the conversation",
    law: "silent while a person owns it",
    machine: withState("personOwned", {
      on: {
        ...(personOwned.on as Config),
        MessageReceived: { guard: "speaks", target: "collecting", actions: "hear" }
      }
    })
  },
  {
    fault: "a takeover does not wait for the send under way",
    law: "a send is never called back",
    machine: withState("sending", {
      states: { ...(sending.states as Config), onItsWay: { on: otherEvents } }
    })
  }
]

/** What the faults took away, so that a chart that lost it is noticed here and not as a fault that is never found. */
export const takenAway = { followUp, PersonTookOver }
