import { fromPromise, setup } from "xstate"
import { act } from "../rule.ts"
import * as delivery from "./delivery.ts"
import type { ConversationInput } from "./events.ts"
import { conversationLimits } from "./limits.ts"
import { hasNewer, unanswered } from "./lines.ts"
import * as ownership from "./ownership.ts"
import * as reply from "./reply.ts"
import {
  type Conversation,
  type ConversationEmitted,
  type ConversationEvent,
  type SendChunkInput,
  type SendChunkOutput,
  type ShowTypingInput,
  theAgent,
  type WriteReplyInput,
  type WriteReplyOutput
} from "./state.ts"
import * as turn from "./turn.ts"

/** The engine's handlers do the jobs; a machine that is run without them must not believe that it was done. */
const job = <Output, Input>(name: string) =>
  fromPromise<Output, Input>(async () => {
    throw new Error(`no handler does the job ${name}`)
  })

/** The words of the chart in `machine.ts`: what its actions, guards, delays and jobs mean. */
export const conversationSetup = setup({
  types: {
    context: {} as Conversation,
    events: {} as ConversationEvent,
    emitted: {} as ConversationEmitted,
    input: {} as ConversationInput
  },
  actors: {
    writeReply: job<WriteReplyOutput, WriteReplyInput>("writeReply"),
    sendChunk: job<SendChunkOutput, SendChunkInput>("sendChunk")
  },
  actions: {
    showTyping: (_, _params: ShowTypingInput) => {},
    start: act(ownership.start),
    changeSettings: act(ownership.changeSettings),
    noteTime: act(ownership.noteTime),
    hear: act(turn.hear),
    hearInSilence: act(turn.hearInSilence),
    letGo: act(turn.letGo),
    closeTurn: act(turn.closeTurn),
    beginFirstContact: act(turn.beginFirstContact),
    beginFollowUp: act(turn.beginFollowUp),
    beginFarewell: act(turn.beginFarewell),
    beginHandOverLine: act(turn.beginHandOverLine),
    recordReply: act(reply.recordReply),
    finishReply: act(reply.finishReply),
    giveUpReply: act(reply.giveUpReply),
    failReply: act(reply.failReply),
    sendNext: act(delivery.sendNext),
    recordSent: act(delivery.recordSent),
    recordDoubt: act(delivery.recordDoubt),
    recordFailure: act(delivery.recordFailure),
    retryFailed: act(delivery.retryFailed),
    trackDelivery: act(delivery.trackDelivery),
    noteEcho: act(delivery.noteEcho),
    lookAhead: act(ownership.lookAhead),
    stopForClose: act(ownership.stopForClose),
    stopExhausted: act(ownership.stopExhausted),
    takeOver: act(ownership.takeOver),
    personSpoke: act(ownership.personSpoke),
    notePersonLine: act(ownership.notePersonLine),
    noteHandOver: act(ownership.noteHandOver),
    handOver: act(ownership.handOver),
    takeBack: act(ownership.takeBack),
    optOut: act(ownership.optOut),
    optOutElsewhere: act(ownership.optOutElsewhere),
    optIn: act(ownership.optIn),
    optInElsewhere: act(ownership.optInElsewhere),
    reopenOptedOut: act(ownership.reopenOptedOut),
    hold: act(ownership.hold),
    approve: act(ownership.approve),
    close: act(ownership.close),
    reopen: act(ownership.reopen)
  },
  guards: {
    speaks: ({ context, event }) => turn.speaks(context, event),
    optsOut: ({ context, event }) => turn.optsOut(context, event),
    optsOutUnapproved: ({ context, event }) => turn.optsOutUnapproved(context, event),
    isNew: ({ context, event }) => turn.isNew(context, event),
    optsIn: ({ context, event }) => turn.optsIn(context, event),
    isOurEcho: ({ context, event }) => delivery.isOurEcho(context, event),
    failsChunk: ({ context, event }) => delivery.failsChunk(context, event),
    inDoubt: ({ event }) => reply.failureOf(event) === "inDoubt",
    nothingToSay: ({ event }) =>
      event.type === "xstate.done.actor.writeReply" && reply.nothingToSay(event.output),
    mustBeApproved: ({ context, event }) =>
      context.settings.approveFirstContact &&
      !context.approved &&
      event.type === "xstate.done.actor.writeReply" &&
      !reply.nothingToSay(event.output),
    isForThisText: ({ context, event }) =>
      event.type === "FirstContactApproved" && (event.turn ?? context.turn) === context.turn,
    isFollowUp: ({ context }) => context.reply?.purpose === "followUp",
    followUpIsDue: ({ context, event }) => {
      const due = turn.followUpDue(context, event.at)
      return due !== null && due <= event.at
    },
    followUpLater: ({ context, event }) => turn.followUpDue(context, event.at) !== null,
    nothingSaid: ({ context }) => context.lines.length === 0,
    unanswered: ({ context }) => unanswered(context.lines).length > 0,
    handOverDecided: ({ context }) => context.handOver !== null,
    ownedByPerson: ({ context }) => context.owner !== theAgent,
    ownedByAgent: ({ context }) => context.owner === theAgent,
    returnsByItself: ({ context }) => context.settings.returnToAiAfterMs > 0,
    outAndCloses: ({ context }) => reply.allOut(context) && context.reply?.closes === true,
    outAndHandOverDecided: ({ context }) => reply.allOut(context) && context.handOver !== null,
    outAndNewer: ({ context }) => reply.allOut(context) && hasNewer(context.lines),
    outAndFollowUpAhead: ({ context }) => reply.allOut(context) && turn.followUpDue(context) !== null,
    out: ({ context }) => reply.allOut(context),
    newer: ({ context }) => hasNewer(context.lines),
    failedAndRepairLeft: ({ context }) => reply.hasFailed(context) && reply.repairLeft(context),
    failed: ({ context }) => reply.hasFailed(context)
  },
  delays: {
    turnClosure: ({ context }) => context.settings.turnClosureMs,
    typing: ({ context }) => reply.typingDelay(context),
    repair: conversationLimits.repairAfterMs,
    followUp: ({ context }) => (turn.followUpDue(context) ?? context.now) - context.now,
    returnToAi: ({ context }) =>
      Math.max(0, context.lastPersonAt + context.settings.returnToAiAfterMs - context.now),
    closeAfter: ({ context }) => Math.max(conversationLimits.closeAfterMsMin, context.settings.closeAfterMs)
  }
})
