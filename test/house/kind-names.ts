/** Why files name a kind that is not theirs; it may only shrink. */
export const mayName: ReadonlyArray<{
  readonly kind: string
  readonly why: string
  readonly files: ReadonlyArray<string>
}> = [
  {
    kind: "telegram",
    why: "An example in the help of a command.",
    files: [
      "src/cli/companies/command.ts",
      "src/cli/erase/command.ts",
      "src/cli/erase/find-subject.ts",
      "src/cli/hold/command.ts"
    ]
  },
  {
    kind: "lead",
    why: "An example in the help of a command.",
    files: [
      "src/cli/erase/command.ts",
      "src/cli/erase/find-subject.ts",
      "src/cli/hold/command.ts",
      "src/cli/projections/command.ts",
      "src/cli/replay/command.ts",
      "src/cli/why/command.ts"
    ]
  },
  {
    kind: "conversation",
    why: "An example in the help of a command, or of an address.",
    files: [
      "actors/address.ts",
      "src/cli/events/command.ts",
      "src/cli/jobs/command.ts",
      "src/cli/prove/command.ts",
      "src/cli/replay/command.ts",
      "src/cli/why/command.ts"
    ]
  },
  {
    kind: "deal",
    why: "An example in the help of a command.",
    files: ["src/cli/deliver/command.ts", "src/cli/prove/prove-event.ts"]
  },
  {
    kind: "lead",
    why: "A person is known by its stream, which the engine keeps keys and erasures by.",
    files: ["src/api/proof/erasures.ts", "src/companies/contacts.ts"]
  },
  {
    kind: "lead",
    why: "It starts with more than its first event tells.",
    files: ["src/companies/start/index.ts"]
  },
  {
    kind: "lead",
    why: "A lifetime of the requirements' tables is called so.",
    files: ["src/redis/cache.ts"]
  },
  {
    kind: "conversation",
    why: "Views for analysts join what is known of it with the settings of its section.",
    files: ["projections/views/clock.ts", "projections/views/people.ts", "projections/views/times.ts"]
  },
  {
    kind: "lead",
    why: "The lead as who speaks or decides, beside agent and person.",
    files: [
      "machines/conversation/jobs.ts",
      "machines/conversation/ownership.ts",
      "machines/conversation/state.ts",
      "machines/conversation/turn.ts",
      "projections/conversation-changes.ts",
      "projections/message-records.ts",
      "projections/views/daily.ts",
      "projections/views/people.ts",
      "projections/views/times.ts",
      "src/cli/chat/chat-screen.ts",
      "src/cli/chat/talk.ts",
      "src/http/chat/chat-frames.ts",
      "src/http/chat/chat-history.ts",
      "src/inbox/inbox.ts",
      "src/live/company-counters.ts",
      "src/models/scripted/open-criteria.ts",
      "src/models/scripted/stuck-turns.ts",
      "src/models/scripted/write-scripted-reply.ts"
    ]
  },
  {
    kind: "lead",
    why: "A note may be about it; its id is the person's.",
    files: ["machines/contact/events.ts", "projections/clear-fields.ts", "projections/notes.ts"]
  },
  {
    kind: "lead",
    why: "Its own endpoints and its own way in, by a form.",
    files: [
      "src/api/contract/crm/create.ts",
      "src/api/contract/crm/public-leads.ts",
      "src/api/crm/create.ts",
      "src/api/crm/public-leads.ts",
      "src/inbox/submit-lead.ts"
    ]
  },
  {
    kind: "conversation",
    why: "A note may be about it.",
    files: ["machines/contact/events.ts", "projections/notes.ts"]
  },
  {
    kind: "conversation",
    why: "The section of the settings, and a lead's source, are called so too.",
    files: ["machines/company/settings.ts", "src/companies/start/lead.ts"]
  },
  {
    kind: "conversation",
    why: "Talking is what they are for: its address, its endpoints, its topic, its explanation.",
    files: [
      "src/api/crm/conversations.ts",
      "src/api/contract/machines/jobs.ts",
      "src/companies/contacts.ts",
      "src/explain/explain.ts",
      "src/live/topics.ts"
    ]
  },
  {
    kind: "deal",
    why: "A note may be about it; its id is the person's.",
    files: ["machines/contact/events.ts", "projections/clear-fields.ts", "projections/notes.ts"]
  },
  {
    kind: "contact",
    why: "A card that somebody sends is media of this kind.",
    files: [
      "machines/conversation/events.ts",
      "src/channels/evolution/message-content.ts",
      "src/channels/telegram/update.ts"
    ]
  },
  {
    kind: "contact",
    why: "Its own endpoints, its beginning when somebody first writes, and its id, which is the person's.",
    files: [
      "projections/clear-fields.ts",
      "src/api/contract/crm/create.ts",
      "src/api/crm/create.ts",
      "src/companies/introduce.ts"
    ]
  },
  {
    kind: "contact",
    why: "A flag of the command: somebody's id on a channel.",
    files: ["src/cli/erase/command.ts", "src/cli/hold/command.ts", "src/cli/hold/show-holds.ts"]
  },
  {
    kind: "account",
    why: "Its own endpoint.",
    files: ["src/api/contract/crm/create.ts", "src/api/crm/create.ts"]
  },
  {
    kind: "company",
    why: "The room of companies keeps each company's own actor.",
    files: [
      "src/companies/bring-in-files.ts",
      "src/companies/company-actors.ts",
      "src/companies/start/start-input.ts"
    ]
  },
  {
    kind: "reply",
    why: "What a model's call is for is called so too.",
    files: [
      "machines/conversation/jobs.ts",
      "machines/conversation/reply.ts",
      "machines/conversation/turn.ts",
      "projections/views/costs.ts",
      "projections/views/times.ts",
      "src/models/scripted/write-scripted-reply.ts"
    ]
  },
  {
    kind: "reply",
    why: "The conversation's endpoint begins it.",
    files: ["src/api/crm/conversations.ts"]
  }
]
