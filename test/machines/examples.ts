import { settings } from "./conversation/example.ts"

type Examples = Readonly<Record<string, Readonly<Record<string, object>>>>

const at = 1_780_318_800_000
const who = { by: "person:ana", reason: "asked" }
const asked = { ...who, at }
const media = [
  {
    kind: "document",
    reference: "https://media/1",
    mimeType: "application/pdf",
    caption: "a proposta",
    durationSeconds: 0
  }
]
const answer = { criterion: "budget", value: 5000, said: "5 mil" }
const conversationId = "conv-1"
const criteria = [
  {
    name: "budget",
    kind: "money",
    weight: 40,
    atLeast: 1000,
    withinDays: 30,
    meets: true,
    required: "no budget"
  }
]

const description = {
  name: "Rita Souza",
  email: "rita@example.com",
  phone: "+5511999990000",
  organisation: "Padaria Sol",
  role: "owner",
  language: "pt"
}
const activity = {
  kind: "call",
  title: "first call",
  happenedAt: at,
  dueAt: at,
  done: true,
  durationMinutes: 20
}
const organisation = {
  name: "Padaria Sol",
  site: "https://sol.example",
  taxId: "11.222.333/0001-81",
  segment: "food",
  employees: 12
}
const changes = {
  name: "Sol",
  language: "pt",
  agent: { id: "sdr", name: "Lia" },
  conversation: { ...settings },
  qualification: {
    criteria: [
      {
        ...criteria[0],
        question: { pt: "Qual o orçamento?", en: "What is the budget?", es: "¿Qué presupuesto?" },
        again: { en: "How much?" },
        cues: ["budget"],
        cuesAgainst: ["refund"]
      }
    ],
    threshold: 70
  },
  faq: [{ name: "hours", keywords: ["open"], answer: { en: "From 9 to 6." } }],
  lines: { greeting: { en: "Hi." }, firstContact: { en: "Hello." }, handOver: { en: "One moment." } },
  retentionDays: 365,
  instances: [{ channel: "telegram", instance: "sol" }],
  budgets: { monthUsd: 300, warnAtPercent: 120 }
}
const company = { id: "sol", ...changes }

/** One example of every event and fact, by machine and type, with every field set. */
export const examples: Readonly<
  Record<string, { readonly events: Examples[string]; readonly emitted: Examples[string] }>
> = {
  conversation: {
    events: {
      MessageReceived: { messageId: "m1", at, text: "oi", media, contactName: "Rita" },
      PersonReplied: { messageId: "p1", at, text: "oi", media, by: "person:ana", source: "phone" },
      DeliveryUpdated: { messageId: "o1", status: "read", at },
      PersonTookOver: asked,
      ReturnedToAi: asked,
      FirstContactAsked: asked,
      FirstContactApproved: { ...asked, turn: 1 },
      FirstContactRefused: asked,
      HandOverAsked: asked,
      LeadOptedOut: { said: "pare", at },
      LeadOptedIn: asked,
      ConversationCloseAsked: asked,
      ConversationReopenAsked: asked,
      SettingsChanged: { ...asked, settings }
    },
    emitted: {
      ConversationStarted: { channel: "webChat", contact: "5511999990000", leadId: "lead-1" },
      TurnClosed: { turn: 1, messageIds: ["m1"] },
      ReplyWritten: {
        turn: 1,
        chunks: ["Olá!"],
        model: "scripted-1",
        promptHash: "a1",
        tokensIn: 1,
        tokensOut: 1,
        costUsd: 0
      },
      ReplySuperseded: { turn: 1, unsent: 2 },
      ChunkSent: { turn: 1, chunk: 1, messageId: "o1", text: "Olá!", at },
      ChunkInDoubt: { turn: 1, chunk: 1, reason: "inDoubt" },
      ChunkFailed: { turn: 1, chunk: 1, reason: "invalidNumber" },
      ReplySent: { turn: 1, at, inDoubt: 1 },
      ReplyFailed: { turn: 1, reason: "modelDown" },
      DeliveryStatusChanged: { messageId: "o1", status: "delivered", at },
      AnswerUnderstood: { turn: 1, ...answer },
      FollowUpSent: { followUp: 1, turn: 2, at },
      FollowUpsStopped: { reason: "replied" },
      HandedOver: who,
      TakenBack: who,
      OptedOut: { said: "pare", at },
      FirstContactHeld: { turn: 1 },
      ConversationClosed: who,
      ConversationReopened: who
    }
  },
  lead: {
    events: {
      LeadSubmitted: { source: "form", campaign: "june", form: { team: "12" }, at },
      LeadSpoke: { conversationId, at },
      LeadAnswered: { conversationId, ...answer, at },
      PersonAskedFor: { conversationId, reason: "askedForPerson", at },
      LeadOptedOut: { conversationId, said: "pare", at },
      LeadOptedIn: { conversationId, ...asked },
      ConversationBegan: { conversationId, at },
      LeadDisqualifyAsked: asked,
      LeadQualifyAsked: asked,
      LeadReopenAsked: asked,
      CriteriaChanged: { ...asked, criteria, threshold: 70 }
    },
    emitted: {
      LeadCreated: { source: "webChat" },
      LeadCaptured: { source: "form", campaign: "june" },
      LeadEngaged: { conversationId },
      LeadScored: { score: 40, threshold: 70, met: ["budget"], unmet: [], open: ["team"] },
      LeadQualified: { score: 80, threshold: 70, ...who },
      LeadDisqualified: who,
      LeadHandedOff: { ...who, dealId: "lead-1", score: 80 },
      LeadReopened: who
    }
  },
  deal: {
    events: {
      DealOpenAsked: { leadId: "lead-1", conversationId, score: 80, ...asked },
      DealMoveAsked: { to: "proposal", ...asked },
      DealWinAsked: { ...asked, valueCents: 50_000 },
      DealLoseAsked: asked,
      DealReopenAsked: asked
    },
    emitted: {
      DealOpened: { leadId: "lead-1", score: 80, ...who },
      DealMoved: { from: "new", to: "proposal", ...who },
      DealWon: { ...who, valueCents: 50_000 },
      DealLost: who,
      DealReopened: { ...who, stage: "proposal" }
    }
  },
  contact: {
    events: {
      ContactDescribeAsked: { ...description, ...asked },
      TagAddAsked: { tag: "vip", ...asked },
      TagRemoveAsked: { tag: "vip", ...asked },
      NoteWriteAsked: { text: "prefers mornings", about: "deal", ...asked },
      ActivityLogAsked: { ...activity, ...asked },
      ActivityDoneAsked: { activityId: "1", ...asked },
      OwnerAssignAsked: { owner: "u1", ...asked },
      AccountLinkAsked: { accountId: "acc-1", ...asked }
    },
    emitted: {
      ContactDescribed: { ...description, ...who },
      TagAdded: { tag: "vip", ...who },
      TagRemoved: { tag: "vip", ...who },
      NoteWritten: { noteId: "1", text: "prefers mornings", about: "deal", ...asked },
      ActivityLogged: { activityId: "1", ...activity, ...who },
      ActivityDone: { activityId: "1", ...asked },
      OwnerAssigned: { owner: "u1", before: null, ...who },
      AccountLinked: { accountId: "acc-1", before: null, ...who }
    }
  },
  account: {
    events: {
      AccountDescribeAsked: { ...organisation, ...asked },
      AccountArchiveAsked: asked,
      AccountReopenAsked: asked
    },
    emitted: {
      AccountDescribed: { ...organisation, ...who },
      AccountArchived: who,
      AccountReopened: who
    }
  },
  reply: {
    events: {
      ReplyAsked: {
        conversationId: "c-1",
        channel: "evolution",
        instance: "main",
        contact: "5511999998888",
        text: "Oi, aqui é a Ana.",
        knownMessageIds: ["m-1"],
        by: "person:ana",
        at
      },
      ReplyRetryAsked: asked
    },
    emitted: {
      ReplyDelivered: { conversationId: "c-1", messageId: "m-2", by: "person:ana", at },
      ReplyInDoubt: { conversationId: "c-1", by: "person:ana" },
      ReplyNotDelivered: { conversationId: "c-1", by: "person:ana", reason: "refused" }
    }
  },
  company: {
    events: {
      CompanyCreateAsked: { settings: company, file: { name: "a1" }, ...asked },
      CompanySettingsChangeAsked: { changes, file: { name: "a1" }, ...asked },
      CompanySuspendAsked: asked,
      CompanyResumeAsked: asked,
      CompanyDeleteAsked: asked,
      CompanyEmptied: { persons: 3, at }
    },
    emitted: {
      CompanyCreated: { settings: company, ...who },
      CompanySettingsChanged: { section: "retentionDays", before: null, after: 365, ...who },
      CompanySuspended: who,
      CompanyResumed: who,
      CompanyDeletionStarted: who,
      CompanyDeleted: { persons: 3, ...who }
    }
  }
}
