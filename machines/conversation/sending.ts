import { sendChunkInput } from "./reply.ts"
import { conversationSetup } from "./setup.ts"

/** Where a send that can't be called back leaves the conversation, however it ends; the rest is not sent. */
const endsIn = <Target extends string>(target: Target) =>
  ({
    "xstate.done.actor.sendChunk": { target, actions: ["recordSent", "giveUpReply"] },
    "xstate.error.actor.sendChunk": [
      { guard: "inDoubt", target, actions: ["recordDoubt", "giveUpReply"] },
      { target, actions: ["recordFailure", "giveUpReply"] }
    ]
  }) as const

/** The same where the lead opted out meanwhile: that is confirmed. */
const endsInFarewell = {
  "xstate.done.actor.sendChunk": {
    target: "#conversation.confirming",
    actions: ["recordSent", "giveUpReply", "beginFarewell"]
  },
  "xstate.error.actor.sendChunk": [
    {
      guard: "inDoubt",
      target: "#conversation.confirming",
      actions: ["recordDoubt", "giveUpReply", "beginFarewell"]
    },
    { target: "#conversation.confirming", actions: ["recordFailure", "giveUpReply", "beginFarewell"] }
  ]
} as const

const optOut = {
  guard: "optsOut",
  target: "lastBeforeFarewell",
  actions: ["hearInSilence", "letGo", "optOut"]
} as const
const optOutElsewhere = { target: "lastBeforeOptOut", actions: "optOutElsewhere" } as const
const hear = { guard: "speaks", actions: "hear" } as const
const close = { target: "lastBeforeClosed", actions: ["stopForClose", "letGo", "close"] } as const
const echo = { guard: "isOurEcho", actions: "noteEcho" } as const

/** What changes nothing while the lead is opted out. */
export const whileOptedOut = {
  PersonTookOver: {},
  PersonReplied: [echo, { actions: "notePersonLine" }],
  LeadOptedOut: {},
  ConversationCloseAsked: {},
  HandOverAsked: {}
} as const

const comesBack = {
  ...whileOptedOut,
  MessageReceived: [
    { guard: "optsIn", target: "lastBeforeListening", actions: ["optIn", "hear"] },
    { guard: "isNew", actions: "hear" },
    {}
  ],
  LeadOptedIn: { target: "lastBeforeListening", actions: "optInElsewhere" },
  ConversationReopenAsked: { target: "lastBeforeListening", actions: "reopenOptedOut" }
} as const

/**
 * One chunk is on its way. It is never called back: whatever happens meanwhile is decided when its end is known, and
 * the inner state says what that will be.
 */
export const sending = conversationSetup.createStateConfig({
  entry: "sendNext",
  invoke: {
    id: "sendChunk",
    src: "sendChunk",
    input: ({ context }) => sendChunkInput(context),
    onDone: { target: "deciding", actions: "recordSent" },
    onError: [
      { guard: "inDoubt", target: "deciding", actions: "recordDoubt" },
      { target: "deciding", actions: "recordFailure" }
    ]
  },
  initial: "onItsWay",
  states: {
    onItsWay: {
      on: {
        MessageReceived: [optOut, hear],
        LeadOptedOut: optOutElsewhere,
        PersonTookOver: { target: "lastBeforePerson", actions: "takeOver" },
        PersonReplied: [echo, { target: "lastBeforePerson", actions: "personSpoke" }],
        ConversationCloseAsked: close
      }
    },
    lastBeforePerson: {
      on: {
        ...endsIn("#conversation.personOwned"),
        MessageReceived: [optOut, hear],
        LeadOptedOut: optOutElsewhere,
        PersonTookOver: { actions: "takeOver" },
        PersonReplied: [echo, { actions: "personSpoke" }],
        ReturnedToAi: { target: "lastBeforeListening", actions: "takeBack" },
        ConversationCloseAsked: close,
        HandOverAsked: {}
      }
    },
    lastBeforeListening: {
      on: {
        ...endsIn("#conversation.resuming"),
        MessageReceived: [optOut, hear],
        LeadOptedOut: optOutElsewhere,
        PersonTookOver: { target: "lastBeforePerson", actions: "takeOver" },
        PersonReplied: [echo, { target: "lastBeforePerson", actions: "personSpoke" }],
        ConversationCloseAsked: close
      }
    },
    lastBeforeClosed: {
      on: {
        ...endsIn("#conversation.closed"),
        MessageReceived: [
          optOut,
          { guard: "speaks", target: "lastBeforeListening", actions: ["reopen", "hear"] }
        ],
        LeadOptedOut: optOutElsewhere,
        PersonTookOver: { target: "lastBeforePerson", actions: ["reopen", "takeOver"] },
        PersonReplied: [echo, { target: "lastBeforePerson", actions: ["reopen", "personSpoke"] }],
        ConversationReopenAsked: { target: "lastBeforeListening", actions: "reopen" },
        HandOverAsked: { guard: "ownedByAgent", actions: ["noteHandOver", "handOver"] },
        ConversationCloseAsked: {}
      }
    },
    lastBeforeFarewell: { on: { ...endsInFarewell, ...comesBack } },
    lastBeforeOptOut: { on: { ...endsIn("#conversation.optedOut"), ...comesBack } }
  }
})
