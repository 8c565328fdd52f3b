import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { afterEach, expect, test } from "vitest"
import { ConversationInput } from "../../../machines/conversation/events.ts"
import { LeadInput } from "../../../machines/lead/events.ts"
import { Companies } from "../../../src/companies/companies.ts"
import { CompanyFile } from "../../../src/companies/company.ts"
import { completeCompany, defaultConversation } from "../../../src/companies/complete-company.ts"
import { demoCompany } from "../../../src/companies/demo.ts"
import { textIn } from "../../../src/models/model.ts"

const dirs: Array<string> = []
const directory = async (files: Record<string, unknown>) => {
  const dir = await mkdtemp(join(tmpdir(), "companies-"))
  dirs.push(dir)
  for (const [name, content] of Object.entries(files))
    await writeFile(join(dir, name), typeof content === "string" ? content : JSON.stringify(content))
  return dir
}
afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true })
})

const use = <A, E>(companiesDir: string, ask: (companies: Companies["Service"]) => Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    return yield* ask(yield* Companies)
  }).pipe(Effect.provide(Companies.layer(companiesDir)), Effect.result, Effect.runPromise)

const contact = { company: "demo", channel: "evolution", instance: "sales", contact: "5511999998888" }

test("has the demo company, which fits its own schema, where no company has a file", async () => {
  const found = await use("/nowhere/at/all", ({ all }) => Effect.succeed(all.map((company) => company.id)))
  expect(found).toMatchObject({ success: ["demo"] })
  expect(Schema.decodeUnknownSync(CompanyFile, { onExcessProperty: "error" })(demoCompany)).toEqual(
    demoCompany
  )
  const { criteria } = completeCompany(demoCompany).qualification
  expect(criteria.reduce((sum, criterion) => sum + criterion.weight, 0)).toBe(100)
  for (const { question, again } of criteria)
    expect([Object.keys(question), Object.keys(again ?? {})]).toEqual([
      ["pt", "en", "es"],
      ["pt", "en", "es"]
    ])
})

test("reads companies from files, fills in what they leave out, and drops the demo", async () => {
  const dir = await directory({
    "acme.json": {
      id: "acme",
      name: "Acme",
      conversation: { turnClosureMs: 3000 },
      instances: [{ channel: "evolution", instance: "sales" }]
    },
    "notes.txt": "not a company"
  })
  const found = await use(dir, ({ all }) => Effect.succeed(all))
  expect(found).toMatchObject({
    success: [
      {
        id: "acme",
        name: "Acme",
        language: "pt",
        agent: { id: "sdr", name: "Lia" },
        conversation: { ...defaultConversation, turnClosureMs: 3000 },
        qualification: { criteria: [], threshold: 70 },
        faq: []
      }
    ]
  })
})

test("tells file and place of everything that is wrong", async () => {
  const dir = await directory({
    "a.json": { id: "A!", name: "A", langage: "pt", qualification: { threshold: 101, criteria: [] } },
    "b.json": "{",
    "c.json": { id: "c", name: "C", conversation: { timeZone: "Mars/Base", businessHours: [] } }
  })
  const found = await use(dir, () => Effect.void)
  const message = found._tag === "Failure" ? found.failure.message : ""
  expect(
    message
      .replaceAll(dir, "…")
      .replace(/is no JSON: .*/, "is no JSON")
      .split("\n")
  ).toEqual([
    '…/a.json: Expected no excess property at ["langage"]',
    'Expected 1-63 of a-z, 0-9, _ and - at ["id"]',
    'Expected a value between 0 and 100 at ["qualification"]["threshold"]',
    "…/b.json: is no JSON",
    '…/c.json: Expected an IANA time zone at ["conversation"]["timeZone"]',
    'Expected 7 days, Sunday first at ["conversation"]["businessHours"]'
  ])
})

test("refuses two companies of one id, and two that claim one account", async () => {
  const same = await directory({ "a.json": { id: "a", name: "A" }, "b.json": { id: "a", name: "B" } })
  expect(await use(same, () => Effect.void)).toMatchObject({
    failure: { _tag: "WrongCompanies", message: `${same}/a.json and ${same}/b.json both have the id "a"` }
  })
  const instances = [{ channel: "evolution", instance: "sales" }]
  const both = await directory({
    "a.json": { id: "a", name: "A", instances },
    "b.json": { id: "b", name: "B", instances }
  })
  expect(await use(both, () => Effect.void)).toMatchObject({
    failure: { message: 'The companies "a" and "b" both claim the account "sales" of evolution' }
  })
})

test("refuses a criterion that is there twice and a blank text", async () => {
  const question = { pt: "Quanto?" }
  const criteria = [1, 2].map((weight) => ({ name: "budget", kind: "money", weight, question }))
  const dir = await directory({
    "a.json": { id: "a", name: "A", qualification: { threshold: 1, criteria } },
    "b.json": { id: "b", name: "B", faq: [{ name: "x", keywords: ["x"], answer: { pt: " " } }] }
  })
  const found = await use(dir, () => Effect.void)
  expect(found._tag === "Failure" ? found.failure.message.replaceAll(dir, "…").split("\n") : []).toEqual([
    '…/a.json: Expected every name once, "budget" is there again at ["qualification"]["criteria"]',
    '…/b.json: Expected a text that is not blank at ["faq"][0]["answer"]["pt"]'
  ])
})

test("finds the company of an account, first by its name, then by a star", async () => {
  const company = (id: string, instance: string) => ({
    id,
    name: id,
    instances: [{ channel: "evolution", instance }]
  })
  const dir = await directory({ "a.json": company("a", "*"), "b.json": company("b", "sales") })
  const owner = (channel: string, instance: string) =>
    use(dir, ({ byInstance }) => Effect.map(byInstance(channel, instance), (found) => found.id))
  expect([await owner("evolution", "sales"), await owner("evolution", "other")]).toMatchObject([
    { success: "b" },
    { success: "a" }
  ])
  expect(await owner("telegram", "sales")).toMatchObject({
    failure: { message: 'The account "sales" of telegram belongs to no company' }
  })
})

test("takes two ways to write one account for one claim", async () => {
  const claim = (id: string, instance: string, channel = "evolution") => ({
    id,
    name: id,
    instances: [{ channel, instance }]
  })
  const others = ["Main", " main", "main\u00a0", "ma\u200bin", "\uff4dain", "MA\u0049N", "m a i n"]
  for (const [channel, instance] of [...others.map((name) => ["evolution", name]), ["Evolution", "main"]]) {
    const dir = await directory({ "a.json": claim("a", "main"), "b.json": claim("b", instance!, channel) })
    expect(await use(dir, () => Effect.void)).toMatchObject({
      failure: { message: expect.stringContaining('"a" and "b" both claim') }
    })
  }
  const apart = await directory({ "a.json": claim("a", "main"), "b.json": claim("b", "main-2") })
  expect(await use(apart, () => Effect.void)).toMatchObject({ _tag: "Success" })
})

test("says of each account whether it is another company's", async () => {
  const company = (id: string, ...instances: ReadonlyArray<string>) => ({
    id,
    name: id,
    instances: instances.map((each) => ({ channel: each.split(" ")[0], instance: each.split(" ")[1] }))
  })
  const dir = await directory({
    "a.json": company("a", "evolution *", "web-chat *"),
    "b.json": company("b", "evolution sales", "web-chat b-page"),
    "c.json": company("c")
  })
  const found = await use(dir, ({ isOthers }) =>
    Effect.succeed(
      ["a", "b", "c", "none"].map((id) => [
        isOthers(id, "evolution", "sales"),
        isOthers(id, "evolution", "main"),
        isOthers(id, "web-chat", "page"),
        isOthers(id, "telegram", "bot")
      ])
    )
  )
  expect(found).toMatchObject({
    success: [
      [true, false, false, false],
      [false, true, false, false],
      [true, true, true, false],
      [true, true, true, false]
    ]
  })
})

const conversation = { company: "demo", machine: "conversation", id: "2f69ab59c03a79fa2816" }
const lead = { company: "demo", machine: "lead", id: "c03a79fa28162f69ab59" }
const received = { type: "MessageReceived" }

test("starts a conversation and its lead with what their machines want", async () => {
  const found = await use("/nowhere", ({ startInput }) =>
    Effect.all([
      startInput(conversation, received, { ...contact, contactName: "Ana", leadId: lead.id }),
      startInput(lead, { type: "LeadSpoke" }, undefined)
    ])
  )
  const inputs = found._tag === "Success" ? found.success : []
  expect(Schema.decodeUnknownSync(ConversationInput, { onExcessProperty: "error" })(inputs[0])).toEqual({
    conversationId: conversation.id,
    channel: "evolution",
    instance: "sales",
    contact: "5511999998888",
    contactName: "Ana",
    leadId: lead.id,
    agent: "sdr",
    language: "pt",
    settings: completeCompany(demoCompany).conversation
  })
  const started = Schema.decodeUnknownSync(LeadInput, { onExcessProperty: "error" })(inputs[1])
  expect(started).toMatchObject({ leadId: lead.id, source: "conversation", threshold: 70 })
  expect(started.criteria[2]).toEqual({ name: "budget", kind: "money", weight: 30, atLeast: 1000 })
})

test("refuses a conversation that nobody began, and a company that is not there", async () => {
  const address = conversation
  const begin = (company: string, starter: unknown) =>
    use("/nowhere", ({ startInput }) => startInput({ ...address, company }, received, starter))
  expect(await begin("demo", undefined)).toMatchObject({
    failure: { reason: "wrongData", message: expect.stringContaining(address.id) }
  })
  expect(await begin("demo", { channel: "evolution" })).toMatchObject({
    failure: { reason: "wrongData", message: expect.stringContaining("instance") }
  })
  expect(await begin("gone", contact)).toMatchObject({
    failure: { reason: "unknownCompany", message: 'There is no company "gone"' }
  })
})

test("takes a text in the wanted language, else in the company's, else in any", () => {
  expect([
    textIn({ pt: "a", en: "b" }, "en", "pt"),
    textIn({ pt: "a", en: "b" }, "es", "en"),
    textIn({ es: "c" }, "pt", "en")
  ]).toEqual(["b", "b", "c"])
})
