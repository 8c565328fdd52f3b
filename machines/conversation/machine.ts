import { showTypingInput, writeReplyInput } from "./reply.ts"
import { sending, whileOptedOut } from "./sending.ts"
import { conversationSetup } from "./setup.ts"
import { newConversation } from "./state.ts"

/**
 * A conversation with one lead on one channel.
 *
 * - All messages of a burst are one turn, and a turn gets one reply. A newer message gives the reply up, and the
 *   next turn holds all that is unanswered.
 * - A send is never called back and never repeated when in doubt; what failed is tried once more, then a person is
 *   asked for.
 * - Follow-ups are timers of `waitingForLead` and of nothing else. A word of the lead ends the series; the next
 *   silence begins another, up to `followUpsMax` in all. Once a person had the conversation, or the lead opted out,
 *   there is never one again.
 * - A person who writes or takes over has it until it is given back. An opt-out, here or in another
 *   conversation of the lead, is confirmed once where it was said; then nothing sets out, until the lead or a person asks
 *   for it in words.
 */
export const conversationMachine = conversationSetup.createMachine({
  id: "conversation",
  version: "2.0.0",
  context: ({ input }) => newConversation(input),
  entry: "start",
  initial: "listening",
  on: {
    MessageReceived: [
      {
        guard: "optsOutUnapproved",
        target: ".optedOut",
        actions: ["giveUpReply", "hearInSilence", "letGo", "optOut"]
      },
      {
        guard: "optsOut",
        target: ".confirming",
        actions: ["giveUpReply", "hearInSilence", "letGo", "optOut", "beginFarewell"]
      }
    ],
    LeadOptedOut: { target: ".optedOut", actions: ["giveUpReply", "optOutElsewhere"] },
    PersonTookOver: { target: ".personOwned", actions: ["giveUpReply", "takeOver"] },
    PersonReplied: [
      { guard: "isOurEcho", actions: "noteEcho" },
      { target: ".personOwned", actions: ["giveUpReply", "personSpoke"] }
    ],
    HandOverAsked: { actions: "noteHandOver" },
    DeliveryUpdated: { actions: "trackDelivery" },
    SettingsChanged: { actions: "changeSettings" },
    ConversationCloseAsked: { target: ".closed", actions: ["giveUpReply", "stopForClose", "letGo", "close"] }
  },
  states: {
    /** Nothing is asked of us, and there is nothing to remind the lead of. */
    listening: {
      on: {
        MessageReceived: { guard: "speaks", target: "collecting", actions: "hear" },
        FirstContactAsked: { target: "writing", actions: "beginFirstContact" },
        HandOverAsked: [
          { guard: "nothingSaid", target: "waitingForPerson", actions: ["noteHandOver", "handOver"] },
          { target: "writing", actions: ["noteHandOver", "beginHandOverLine"] }
        ],
        DeliveryUpdated: { guard: "failsChunk", target: "deciding", actions: "trackDelivery" }
      },
      after: { closeAfter: { target: "closed", actions: ["giveUpReply", "close"] } }
    },
    /** The lead writes; its turn is over after a silence. */
    collecting: {
      on: { MessageReceived: { guard: "speaks", target: "collecting", reenter: true, actions: "hear" } },
      after: { turnClosure: { target: "writing", actions: "closeTurn" } }
    },
    /** The model writes the reply. */
    writing: {
      invoke: {
        id: "writeReply",
        src: "writeReply",
        input: ({ context }) => writeReplyInput(context),
        onDone: [
          { guard: "mustBeApproved", target: "waitingForApproval", actions: ["recordReply", "hold"] },
          { guard: "nothingToSay", target: "deciding", actions: "recordReply" },
          { target: "pausing", actions: "recordReply" }
        ],
        onError: [
          { guard: "isFollowUp", target: "deciding", actions: "failReply" },
          { target: "waitingForPerson", actions: ["failReply", "handOver"] }
        ]
      },
      on: {
        MessageReceived: { guard: "speaks", target: "collecting", actions: ["giveUpReply", "hear"] }
      }
    },
    /** The AI's first message is written and waits for a person's yes. */
    waitingForApproval: {
      on: {
        MessageReceived: { guard: "speaks", target: "collecting", actions: ["giveUpReply", "hear"] },
        FirstContactApproved: { guard: "isForThisText", target: "pausing", actions: "approve" },
        FirstContactRefused: { target: "waitingForPerson", actions: ["giveUpReply", "handOver"] },
        HandOverAsked: { target: "waitingForPerson", actions: ["giveUpReply", "noteHandOver", "handOver"] }
      }
    },
    /** We type the next chunk, at a human pace. */
    pausing: {
      entry: { type: "showTyping", params: ({ context }) => showTypingInput(context) },
      on: {
        MessageReceived: { guard: "speaks", target: "collecting", actions: ["giveUpReply", "hear"] },
        DeliveryUpdated: { guard: "failsChunk", target: "deciding", actions: "trackDelivery" }
      },
      after: { typing: "sending" }
    },
    sending,
    /** Passed through, never rested in: what comes after a chunk, or after a reply. */
    deciding: {
      always: [
        { guard: "outAndCloses", target: "waitingForPerson", actions: ["giveUpReply", "handOver"] },
        { guard: "outAndHandOverDecided", target: "writing", actions: ["finishReply", "beginHandOverLine"] },
        { guard: "outAndNewer", target: "collecting", actions: "finishReply" },
        { guard: "outAndFollowUpAhead", target: "waitingForLead", actions: "finishReply" },
        { guard: "out", target: "listening", actions: ["finishReply", "stopExhausted"] },
        { guard: "newer", target: "collecting", actions: "giveUpReply" },
        { guard: "failedAndRepairLeft", target: "repairing" },
        { guard: "failed", target: "waitingForPerson", actions: ["failReply", "handOver"] },
        { target: "pausing" }
      ]
    },
    /** A chunk failed: it and the rest are tried once more, after a while. */
    repairing: {
      on: {
        MessageReceived: { guard: "speaks", target: "collecting", actions: ["giveUpReply", "hear"] }
      },
      after: { repair: { target: "sending", actions: "retryFailed" } }
    },
    /** Our reply is out; a silence will be broken by a follow-up. */
    waitingForLead: {
      entry: "lookAhead",
      on: {
        MessageReceived: { guard: "speaks", target: "collecting", actions: "hear" },
        HandOverAsked: { target: "writing", actions: ["noteHandOver", "beginHandOverLine"] },
        DeliveryUpdated: { guard: "failsChunk", target: "deciding", actions: "trackDelivery" }
      },
      after: {
        followUp: [
          { guard: "followUpIsDue", target: "writing", actions: "beginFollowUp" },
          { guard: "followUpLater", target: "waitingForLead", reenter: true, actions: "noteTime" },
          { target: "listening", actions: ["noteTime", "stopExhausted"] }
        ],
        closeAfter: { target: "closed", actions: ["giveUpReply", "stopForClose", "close"] }
      }
    },
    /** Handed over, and no person has spoken yet. */
    waitingForPerson: {
      on: {
        MessageReceived: { guard: "speaks", target: "waitingForPerson", reenter: true, actions: "hear" },
        ReturnedToAi: { target: "resuming", actions: "takeBack" },
        HandOverAsked: {}
      },
      after: { closeAfter: { target: "closed", actions: ["letGo", "close"] } }
    },
    /** A person has it; the AI is silent. */
    personOwned: {
      initial: "arriving",
      states: {
        arriving: {
          always: [{ guard: "returnsByItself", target: "forAWhile" }, { target: "untilReturned" }]
        },
        forAWhile: {
          after: { returnToAi: { target: "#conversation.resuming", actions: "takeBack" } }
        },
        untilReturned: {}
      },
      on: {
        MessageReceived: { guard: "speaks", target: "personOwned", reenter: true, actions: "hear" },
        ReturnedToAi: { target: "resuming", actions: "takeBack" },
        HandOverAsked: {}
      },
      after: { closeAfter: { target: "closed", actions: ["letGo", "close"] } }
    },
    /** Passed through, never rested in: the conversation goes on, with whom and with what. */
    resuming: {
      always: [
        { guard: "ownedByPerson", target: "waitingForPerson" },
        { guard: "handOverDecided", target: "writing", actions: "beginHandOverLine" },
        { guard: "unanswered", target: "collecting" },
        { target: "listening" }
      ]
    },
    /** The lead wants no messages: one line says that we heard it, and how it may come back. */
    confirming: {
      invoke: {
        id: "writeReply",
        src: "writeReply",
        input: ({ context }) => writeReplyInput(context),
        onDone: [
          { guard: "nothingToSay", target: "optedOut", actions: ["recordReply", "giveUpReply"] },
          { target: "sending.lastBeforeOptOut", actions: "recordReply" }
        ],
        onError: { target: "optedOut", actions: "failReply" }
      },
      on: {
        ...whileOptedOut,
        MessageReceived: [
          { guard: "optsIn", target: "resuming", actions: ["giveUpReply", "optIn", "hear"] },
          { guard: "isNew", actions: "hear" },
          {}
        ],
        LeadOptedIn: { target: "resuming", actions: ["giveUpReply", "optInElsewhere"] },
        ConversationReopenAsked: { target: "resuming", actions: ["giveUpReply", "reopenOptedOut"] }
      }
    },
    /** Nothing is sent any more. What the lead writes all the same waits for a person. */
    optedOut: {
      on: {
        ...whileOptedOut,
        MessageReceived: [
          { guard: "optsIn", target: "resuming", actions: ["optIn", "hear"] },
          { guard: "isNew", actions: "hear" },
          {}
        ],
        LeadOptedIn: { target: "resuming", actions: "optInElsewhere" },
        ConversationReopenAsked: { target: "resuming", actions: "reopenOptedOut" }
      }
    },
    closed: {
      on: {
        MessageReceived: { guard: "speaks", target: "resuming", actions: ["reopen", "hear"] },
        PersonTookOver: { target: "personOwned", actions: ["reopen", "takeOver"] },
        PersonReplied: [
          { guard: "isOurEcho", actions: "noteEcho" },
          { target: "personOwned", actions: ["reopen", "personSpoke"] }
        ],
        ConversationReopenAsked: { target: "resuming", actions: "reopen" },
        HandOverAsked: { guard: "ownedByAgent", actions: ["noteHandOver", "handOver"] },
        ConversationCloseAsked: {}
      }
    }
  }
})
