import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { type ActorEvent, Engine } from "../../../actors/engine/engine.ts"
import { ApiKeys } from "../../../src/accounts/keys/api-keys.ts"
import { Authentication } from "../../../src/accounts/sessions/authentication.ts"
import { pageInstance } from "../../../src/channels/web-chat/make-web-chat.ts"
import { Contacts, conversationOf } from "../../../src/companies/contacts.ts"
import { contactOfVisitor } from "../../../src/http/chat/visitors.ts"
import { eventually } from "../http/open-server.ts"
import { openPage } from "../http/page-socket.ts"
import type { Caller, OpenApiServer } from "./open-api.ts"

/** What one company has that the other must never see: each text of it begins with the marker. */
export interface OneCompany {
  readonly id: "acme" | "globex"
  readonly marker: "ours" | "theirs"
  readonly admin: Caller
  /** Ids of their own kind: of users, sessions, keys, invitations, tasks of a verification, erasures. */
  readonly ids: Readonly<Record<string, ReadonlyArray<string>>>
}

/** Two companies with the same ids of contacts, leads, deals, accounts and conversations. */
export interface TwoCompanies {
  readonly ours: OneCompany
  readonly theirs: OneCompany
  /** Ids that both have. */
  readonly leads: ReadonlyArray<string>
  readonly accounts: ReadonlyArray<string>
  readonly conversations: ReadonlyArray<string>
}

const reason = "they asked for it"
const at = Date.parse("2026-03-01T12:00:00Z")
const visitorOf = (n: number) => `visitor-${String(n).padStart(30, "0")}`

const idsOf = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`)

/** What a company knows of one person, each text with the marker. */
const eventsOfPerson = (marker: string, id: string): ReadonlyArray<readonly [string, ActorEvent]> => [
  [
    "contact",
    {
      type: "ContactDescribeAsked",
      name: `${marker}-name ${id}`,
      email: `${marker}-${id}@example.com`,
      organisation: `${marker}-organisation`,
      by: "engine",
      at
    }
  ],
  ["contact", { type: "TagAddAsked", tag: `${marker}-tag`, by: "engine", at }],
  ["contact", { type: "NoteWriteAsked", text: `${marker}-note`, about: "deal", by: "engine", at }],
  [
    "contact",
    { type: "ActivityLogAsked", kind: "call", title: `${marker}-call`, dueAt: at, by: "engine", at }
  ],
  [
    "lead",
    {
      type: "LeadSubmitted",
      source: "form",
      campaign: `${marker}-campaign`,
      form: { wish: `${marker}-wish` },
      at
    }
  ],
  ["deal", { type: "DealOpenAsked", leadId: id, score: 70, by: "engine", reason: `${marker}-reason`, at }]
]

/** Fills both companies of the server; returns once the read models show all of it. */
export const fillTwoCompanies = async (server: OpenApiServer, persons = 12): Promise<TwoCompanies> => {
  const leads = idsOf("lead-", persons)
  const accounts = idsOf("account-", 3)
  const talking = leads.slice(0, 3)
  const fill = async (id: OneCompany["id"], marker: OneCompany["marker"]): Promise<OneCompany> => {
    const [engine, contacts] = [await server.service(Engine), await server.service(Contacts)]
    const deliver = (machine: string, actor: string, event: ActorEvent) =>
      server.run(
        // On a busy machine the lease may just be changing hands.
        Effect.retry(engine.deliver({ company: id, machine, id: actor }, event, { principal: "engine" }), {
          while: ({ _tag }) => _tag === "TryAgain",
          schedule: Schedule.spaced("100 millis")
        })
      )
    for (const lead of leads)
      for (const [machine, event] of eventsOfPerson(marker, lead)) await deliver(machine, lead, event)
    for (const account of accounts)
      await deliver("account", account, {
        type: "AccountDescribeAsked",
        name: `${marker}-account`,
        by: "engine",
        at
      })
    for (const [n, lead] of talking.entries()) {
      const value = contactOfVisitor(id, visitorOf(n))
      await server.run(contacts.bind(id, { kind: "web-chat", value }, lead))
      const page = await openPage(server.url, visitorOf(n), { company: id })
      page.send({ type: "message", messageId: `m${n}`, text: `${marker}-message` })
      await page.until((frame) => frame.type === "accepted")
      await page.close()
    }
    const admin = await server.as(id, `${marker}-admin`, "Admin")
    return { id, marker, admin, ids: await ownIds(server, id, marker, admin) }
  }
  const ours = await fill("acme", "ours")
  const theirs = await fill("globex", "theirs")
  for (const { admin } of [ours, theirs])
    await eventually(async () => {
      const shown = await admin.ask("/api/v1/deals?limit=200")
      const talks = await admin.ask("/api/v1/conversations?limit=200")
      return shown.body.items.length >= persons && talks.body.items.length >= talking.length
    })
  const conversations = talking.map(
    (lead) =>
      conversationOf(lead, { company: "", channel: "web-chat", instance: pageInstance, contact: "" }).id
  )
  return { ours, theirs, leads, accounts, conversations }
}

/** Things whose ids are random: one company must not reach the other's by them. */
const ownIds = async (server: OpenApiServer, company: string, marker: string, admin: Caller) => {
  const users: Array<string> = []
  const sessions: Array<string> = []
  for (let n = 0; n < 3; n++) {
    const victim = await server.as(company, `${marker}-victim${n}`, "Comercial")
    users.push(victim.id)
    const of = await victim.ask("/api/v1/me/sessions")
    sessions.push(...of.body.items.map(({ id }: { id: string }) => id))
  }
  const make = async (path: string, body?: object) =>
    (await admin.ask(path, { method: "POST", ...(body === undefined ? {} : { body }) })).body.id as string
  const keys = [
    await make("/api/v1/api-keys", { name: `${marker}-key`, roles: ["Comercial"] }),
    await make("/api/v1/api-keys", { name: `${marker}-key2`, roles: ["Comercial"] })
  ]
  const invitations = [
    await make("/api/v1/invitations", { email: `${marker}-guest@example.com`, roles: ["Comercial"] })
  ]
  const verifications = [await make("/api/v1/verifications")]
  const gone = await make("/api/v1/contacts", { name: `${marker}-gone`, email: `${marker}-gone@example.com` })
  const erasures = [await make("/api/v1/erasures", { leadId: gone, reason })]
  const wrong = Object.entries({ users, sessions, keys, invitations, verifications, erasures }).filter(
    ([, ids]) => ids.some((id) => typeof id !== "string")
  )
  if (wrong.length > 0) throw new Error(`${company} has no ${wrong.map(([kind]) => kind).join(", ")}`)
  return { users, sessions, keys, invitations, verifications, erasures }
}

/** A key of the admin's company with these roles, good for a flood of requests. */
export const keyOf = async (server: OpenApiServer, admin: Caller, ...roles: ReadonlyArray<string>) => {
  const { authenticate } = await server.service(Authentication)
  const apiKeys = await server.service(ApiKeys)
  return server.run(
    Effect.gen(function* () {
      const principal = yield* authenticate(`Bearer ${admin.token}`)
      return yield* apiKeys.create(principal, {
        name: `${roles.join()} of the proof`,
        roles,
        perMinute: 100_000,
        perHour: 1_000_000
      })
    })
  )
}
