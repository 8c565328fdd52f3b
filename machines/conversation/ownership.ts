import { chain } from "../rule.ts"
import { follow } from "./delivery.ts"
import { answered, lineOf, withLine } from "./lines.ts"
import { failureOf } from "./reply.ts"
import type { Conversation, ConversationEmitted, ConversationRule, On } from "./state.ts"
import { anyPerson, theAgent } from "./state.ts"

type StopReason = Extract<ConversationEmitted, { type: "FollowUpsStopped" }>["reason"]

/** Ends the series of follow-ups under way, if there is one. */
const stopFollowUps =
  (reason: StopReason): ConversationRule =>
  ({ followUps }) => ({
    context: {
      followUps: {
        ...followUps,
        ahead: false,
        ended: followUps.ended || reason === "handedOver" || reason === "optedOut"
      }
    },
    emit: followUps.ahead ? [{ type: "FollowUpsStopped", reason }] : []
  })

export const stopForClose = stopFollowUps("closed")
export const stopExhausted = stopFollowUps("exhausted")

/** A follow-up will come: its timer runs from here. */
export const lookAhead: ConversationRule = ({ followUps }) => ({
  context: { followUps: { ...followUps, ahead: true } }
})

/** A person has the conversation from here on. */
const giveTo =
  (by: string, reason: string): ConversationRule =>
  ({ owner }) => ({
    context: { owner: by, handOver: null },
    emit: owner === by ? [] : [{ type: "HandedOver", by, reason }]
  })

/** A person takes the conversation, with or without a word. */
export const takeOver: ConversationRule = (context, event) => {
  const { by, reason, at } = event as On<"PersonTookOver">
  const noted: ConversationRule = () => ({ context: { now: at, lastPersonAt: at } })
  return chain(noted, stopFollowUps("handedOver"), giveTo(by, reason))(context, event)
}

/** A person wrote to the lead: that answers all that waited, and takes the conversation. */
export const personSpoke: ConversationRule = (context, event) => {
  const message = event as On<"PersonReplied">
  const { by, source, at, messageId } = message
  const reason = source === "phone" ? "answered from the phone" : "answered from the console"
  const noted: ConversationRule = () => ({
    context: {
      now: at,
      lastPersonAt: at,
      lastOursAt: at,
      lines: withLine(answered(context.lines), lineOf(message, "person"))
    }
  })
  return chain(noted, follow(messageId), stopFollowUps("handedOver"), giveTo(by, reason))(context, event)
}

/** A person wrote to a lead that opted out, or in a closed conversation: only taken down. */
export const notePersonLine: ConversationRule = (context, event) => {
  const message = event as On<"PersonReplied">
  const lines = withLine(answered(context.lines), lineOf(message, "person"))
  return chain(() => ({ context: { now: message.at, lines } }), follow(message.messageId))(context, event)
}

/** The lead asks for the handover: decided now, done when our reply is out. */
export const noteHandOver: ConversationRule = ({ handOver }, event) => {
  const { by, reason, at } = event as On<"HandOverAsked">
  return { context: { now: at, handOver: handOver ?? { by, reason, tellLead: false } } }
}

/** The handover is done: a person is waited for. Told to the lead unless it asked for it. */
export const handOver: ConversationRule = (context, event) => {
  const { by, reason, tellLead } = handOverFor(context, event)
  const { conversationId, leadId } = context
  const asked = { type: "PersonAskedFor", conversationId, reason, at: event.at }
  const given: ConversationRule = () => ({
    context: { now: event.at, owner: anyPerson, handOver: null },
    emit: [{ type: "HandedOver", by, reason }],
    tell: tellLead ? [{ machine: "lead", id: leadId, event: asked }] : []
  })
  return chain(stopFollowUps("handedOver"), given)(context, event)
}

const handOverFor = (
  { agent, handOver }: Conversation,
  event: Parameters<ConversationRule>[1]
): NonNullable<Conversation["handOver"]> => {
  if (event.type === "FirstContactRefused") return { by: event.by, reason: event.reason, tellLead: true }
  if (handOver !== null) return handOver
  return { by: `agent:${agent}`, reason: failureOf(event) ?? "notDelivered", tellLead: true }
}

/** The AI speaks again, because a person said so or was silent for long. */
export const takeBack: ConversationRule = (_, event) => {
  const { by, reason } =
    event.type === "ReturnedToAi" ? event : { by: "engine", reason: "the person was silent" }
  return {
    context: { now: event.at, owner: theAgent, handOver: null },
    emit: [{ type: "TakenBack", by, reason }]
  }
}

/** Nothing is ever sent after this, until a person or the lead asks for it. */
export const optOut: ConversationRule = (context, event) => {
  const { text = "", at } = event as On<"MessageReceived">
  const { conversationId, leadId } = context
  const told = { type: "LeadOptedOut", conversationId, said: text, at }
  const out: ConversationRule = () => ({
    context: { now: at, handOver: null },
    emit: [{ type: "OptedOut", said: text, at }],
    tell: [{ machine: "lead", id: leadId, event: told }]
  })
  return chain(stopFollowUps("optedOut"), out)(context, event)
}

/** The lead opted out in another conversation: nothing is sent here either. What it wrote here waits for a person. */
export const optOutElsewhere: ConversationRule = (context, event) => {
  const { said, at } = event as On<"LeadOptedOut">
  const out: ConversationRule = () => ({
    context: { now: at, handOver: null },
    emit: [{ type: "OptedOut", said, at }]
  })
  return chain(stopFollowUps("optedOut"), out)(context, event)
}

/** Ends an opt-out here, and tells the lead, which ends it for its other conversations. */
const endOptOut = ({ conversationId, leadId }: Conversation, by: string, reason: string, at: number) => ({
  context: { now: at },
  emit: [{ type: "ConversationReopened", by, reason } as const],
  tell: [{ machine: "lead", id: leadId, event: { type: "LeadOptedIn", conversationId, by, reason, at } }]
})

/** The lead wants to hear from us again. */
export const optIn: ConversationRule = (context, event) => endOptOut(context, "lead", "opted in", event.at)

/** A person reopens what the lead had closed to us. */
export const reopenOptedOut: ConversationRule = (context, event) => {
  const { by, reason, at } = event as On<"ConversationReopenAsked">
  return endOptOut(context, by, reason, at)
}

/** The opt-out was ended in another conversation. */
export const optInElsewhere: ConversationRule = (_, event) => {
  const { by, reason, at } = event as On<"LeadOptedIn">
  return { context: { now: at }, emit: [{ type: "ConversationReopened", by, reason }] }
}

export const approve: ConversationRule = (_, event) => ({ context: { now: event.at, approved: true } })

export const hold: ConversationRule = ({ turn }) => ({ emit: [{ type: "FirstContactHeld", turn }] })

export const close: ConversationRule = (_, event) => {
  const { by, reason } = event.type === "ConversationCloseAsked" ? event : { by: "engine", reason: "silence" }
  return { context: { now: event.at, handOver: null }, emit: [{ type: "ConversationClosed", by, reason }] }
}

export const reopen: ConversationRule = (_, event) => {
  const { by, reason } = whoReopens(event)
  return { context: { now: event.at }, emit: [{ type: "ConversationReopened", by, reason }] }
}

const whoReopens = (event: Parameters<ConversationRule>[1]): { by: string; reason: string } => {
  if (event.type === "MessageReceived") return { by: "lead", reason: "wrote again" }
  if (event.type === "PersonReplied") return { by: event.by, reason: "wrote again" }
  return event as On<"ConversationReopenAsked">
}

export const start: ConversationRule = ({ channel, contact, leadId }) => ({
  emit: [{ type: "ConversationStarted", channel, contact, leadId }]
})

export const changeSettings: ConversationRule = (_, event) => {
  const { settings, at } = event as On<"SettingsChanged">
  return { context: { now: at, settings } }
}

export const noteTime: ConversationRule = (_, event) => ({ context: { now: event.at } })
