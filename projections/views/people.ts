import type { AnalystView } from "../read-model.ts"

/** Persons, from all that tells of them. */
export const contacts: AnalystView = {
  name: "contacts",
  about:
    "One row for each person: what people wrote down, and what conversations tell. A contact, its lead and its deal have one id.",
  columns: {
    contact_id: "The person's id, which is its lead's and its deal's.",
    name: "Its name, as written down or else as a channel shows it. Personal.",
    email: "E-mail address. Personal.",
    phone: "Phone number, as written down. Personal.",
    organisation: "Where it works, in its words. Personal.",
    role: "What it does there. Personal.",
    language: "The language that it is spoken to in, as written down.",
    tags: "Its tags.",
    owner_id: "The user who looks after it.",
    account_id: "The account that it belongs to.",
    channels: "The channels that it wrote on or was written to.",
    addresses: "What these channels call it: phone numbers, chat ids. Personal.",
    first_seen: "When it was first heard of.",
    last_seen: "When it last wrote, or else when something about it was written down."
  },
  sql: `select p.contact_id, coalesce(r.name, ch.name) as name, r.email, r.phone, r.organisation, r.role, r.language,
      coalesce(r.tags, '{}') as tags, r.owner_id, r.account_id, coalesce(ch.channels, '{}') as channels,
      coalesce(ch.addresses, '{}') as addresses,
      least(l.created_at, r.created_at, ch.first_seen) as first_seen,
      coalesce(ch.last_seen, r.updated_at, l.updated_at) as last_seen
    from (
      select l.lead_id as contact_id from leads l
      union select r.contact_id from contact_records r
      union select c.lead_id from contact_channels c
    ) p
    left join contact_records r on r.contact_id = p.contact_id
    left join leads l on l.lead_id = p.contact_id
    left join lateral (
      select array_agg(distinct c.channel) as channels,
          array_agg(distinct c.address) filter (where c.address is not null) as addresses,
          (array_agg(c.name order by c.last_seen desc) filter (where c.name is not null))[1] as name,
          min(c.first_seen) as first_seen, max(c.last_seen) as last_seen
        from contact_channels c where c.lead_id = p.contact_id
    ) ch on true`
}

/** Messages with how far they got. */
export const messages: AnalystView = {
  name: "messages",
  about:
    "One row for each message that was said or was to be said. Left out are doubles, and what the phone shows us of our own messages.",
  columns: {
    conversation_id: "The conversation.",
    lead_id: "The lead that it is with.",
    channel: "The channel.",
    instance: "Our account on it.",
    message: "The message within the conversation.",
    author: "`lead`, `agent` or `person`.",
    by: "The same in full: `person:ana`.",
    turn: "The turn that it answers, for the AI's.",
    chunk: "Its place in the reply.",
    text: "What it says. Personal.",
    media: "What came with it. Personal.",
    media_kinds: "The kinds of that.",
    status:
      "`received`, `said`; the AI's: `written`, `sent`, `delivered`, `read`, `inDoubt`, `failed`, `notSent`. Once the person is erased, no further than `sent`.",
    delivered_at: "When the channel said that it arrived.",
    read_at: "When it said that it was read.",
    reason: "Why it failed, is in doubt or was not sent.",
    attempts: "How often it was sent out.",
    at: "When we had it, or sent it.",
    said_at: "When the channel says that it was written.",
    version: "Orders the messages of one conversation.",
    updated_at: "When the row last changed."
  },
  sql: `select m.conversation_id, c.lead_id, c.channel, c.instance, m.message, m.author, m.by, m.turn, m.chunk, m.text,
      m.media, m.media_kinds, coalesce(d.status, m.status) as status, d.delivered_at, d.read_at, m.reason, m.attempts,
      m.at, m.said_at, m.version, m.updated_at
    from message_records m
    join conversations c on c.conversation_id = m.conversation_id
    left join lateral (
      select (array_agg(d.status order by d.version desc))[1] as status,
          min(d.at) filter (where d.status = 'delivered') as delivered_at,
          min(d.at) filter (where d.status = 'read') as read_at
        from deliveries d where d.conversation_id = m.conversation_id and d.message_id = m.message_id
    ) d on true
    where m.message_id is null or not exists (
      select from message_records o
        where o.conversation_id = m.conversation_id and o.message_id = m.message_id and (
          (o.author = m.author and o.version < m.version) or (m.author = 'person' and o.author = 'agent'))
    )`
}

/** All that happened to a person, in one list. */
export const timeline: AnalystView = {
  name: "timeline",
  about:
    "What happened, one line each: facts of all machines, and messages. Ask by `lead_id`, or by `machine` and `id`.",
  columns: {
    lead_id: "The person's lead; null for what is about no person.",
    at: "When.",
    machine: "The machine of the actor that it happened to.",
    id: "The actor's id.",
    version: "The version of its stream.",
    kind: "The type of the event, or `Message`.",
    title: "The same in a few words.",
    by: "Who did it.",
    why: "Why, when that was told.",
    details: "What the event says beside that. Personal."
  },
  sql: `select a.lead_id, a.at, a.machine, a.id, a.version, a.kind, a.title, a.by, a.why,
        coalesce(a.personal_details, a.details) as details
      from activities a where a.lead_id is not null
    union all
    select c.lead_id, a.at, a.machine, a.id, a.version, a.kind, a.title, a.by, a.why,
        coalesce(a.personal_details, a.details) as details
      from conversations c join activities a on a.machine = 'conversation' and a.id = c.conversation_id
    union all
    select x.lead_id, a.at, a.machine, a.id, a.version, a.kind, a.title, a.by, a.why,
        coalesce(a.personal_details, a.details) as details
      from activities a left join actors x on x.machine = a.machine and x.id = a.id
      where a.lead_id is null and a.machine <> 'conversation'
    union all
    select c.lead_id, m.at, 'conversation', m.conversation_id, m.version, 'Message',
        case m.author when 'lead' then 'The lead wrote' when 'agent' then 'The AI wrote' else 'A person wrote' end,
        m.by, m.reason, jsonb_build_object('text', m.text, 'status', m.status)
      from conversations c join message_records m on m.conversation_id = c.conversation_id`
}
