import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { CompanyFile } from "../../../machines/company/settings.ts"
import type { CompanyRefused } from "../../../src/companies/company-actors.ts"
import { companyFilesOf } from "../../../src/companies/company-files.ts"
import { mustBeActive } from "../../../src/companies/must-be-active.ts"
import { databases, type TestDatabase } from "../../databases.ts"
import { type CompanyProcess, noFiles, startCompanies } from "./company-world.ts"

const ana = { by: "person:ana", reason: "asked" }
const acme: CompanyFile = {
  id: "acme",
  name: "Acme",
  retentionDays: 365,
  instances: [{ channel: "telegram", instance: "acme-bot" }]
}
const other: CompanyFile = { id: "other", name: "Other" }

describe.each(databases)("companies, on $name", (kind) => {
  let database: TestDatabase
  const running: Array<CompanyProcess> = []
  const start = async (files = noFiles) => {
    const process = await startCompanies(database, files)
    running.push(process)
    return process
  }
  const stopAll = async () => {
    for (const process of running.splice(0)) await process.stop()
  }
  /** As a server that ends and starts again, with these files. */
  const restart = async (...files: ReadonlyArray<CompanyFile>) => {
    await stopAll()
    return start(companyFilesOf(files))
  }
  beforeAll(async () => {
    database = await kind.make()
  })
  afterAll(() => database?.drop())
  beforeEach(() => database.clear())
  afterEach(stopAll)

  const settingsOf = async ({ run, admin }: CompanyProcess, id: string) => (await run(admin.get(id))).settings
  const comes = (process: CompanyProcess, id: string) =>
    expect.poll(() => process.facts(id)).toContain("CompanyCreated")

  it("are made while the server runs, and work at once", async () => {
    const process = await start()
    const { run, admin, companies } = process
    expect(await run(admin.create(acme, ana))).toMatchObject({ id: "acme", status: "active", settings: acme })
    expect(companies.all).toMatchObject([{ id: "acme", name: "Acme", status: "active", language: "pt" }])
    expect(await run(companies.byInstance("telegram", "acme-bot"))).toMatchObject({ id: "acme" })
    expect(process.readModels).toEqual(["made acme"])
    const about = { company: "acme", machine: "contact", id: "lead-1" }
    const tag = { type: "TagAddAsked", tag: "vip", by: ana.by, at: 1 }
    await run(process.engine.deliver(about, tag, { principal: ana.by }))
    expect(await run(process.engine.view(about))).toMatchObject({
      context: { leadId: "lead-1", tags: ["vip"] }
    })
    await stopAll()
    const again = await start()
    expect(again.companies.all).toMatchObject([{ id: "acme", retentionDays: 365 }])
  })

  it("are refused with the place of what is wrong with them, and with what is taken already", async () => {
    const { run, refusal, admin } = await start()
    const wrong = { id: "Acme!", name: "A", agent: { id: "1", name: " " }, nme: 1 }
    const { reason, message } = (await refusal(admin.create(wrong, ana))) as CompanyRefused
    expect(reason).toBe("wrongSettings")
    for (const place of ['at ["id"]', 'at ["agent"]["name"]', 'at ["nme"]']) expect(message).toContain(place)
    await run(admin.create(acme, ana))
    expect(await refusal(admin.create(acme, ana))).toMatchObject({ reason: "exists" })
    expect(await refusal(admin.create({ ...other, instances: acme.instances }, ana))).toMatchObject({
      reason: "instanceTaken",
      message: 'The companies "acme" and "other" both claim the account "acme-bot" of telegram'
    })
    await run(admin.create(other, ana))
    expect(await refusal(admin.change("other", { instances: acme.instances }, ana))).toMatchObject({
      reason: "instanceTaken"
    })
    expect(await refusal(admin.change("other", { retentionDays: 0 }, ana))).toMatchObject({
      reason: "wrongSettings",
      message: expect.stringContaining('["retentionDays"]')
    })
    await run(admin.change("acme", { instances: null }, ana))
    expect(await run(admin.change("other", { instances: acme.instances }, ana))).toMatchObject({
      changed: ["instances"]
    })
  })

  it("are refused for what they claim themselves, by whatever spelling, and for nothing else", async () => {
    const { run, refusal, admin } = await start()
    await run(admin.create(acme, ana))
    // Called like an account of others.
    await run(admin.create({ id: "acme-bot", name: "Bot" }, ana))
    const claim = (instance: string) => ({ instances: [{ channel: "telegram", instance }] })
    for (const instance of ["ACME-bot", " acme-bot ", "acme-\uff42ot"])
      for (const asked of [
        admin.create({ ...other, ...claim(instance) }, ana),
        admin.change("acme-bot", claim(instance), ana)
      ])
        expect(await refusal<unknown>(asked)).toMatchObject({ reason: "instanceTaken" })
    expect(await run(admin.change("acme-bot", claim("its-own"), ana))).toMatchObject({
      changed: ["instances"]
    })
  })

  it("that nobody knows can't be changed, suspended or deleted", async () => {
    const { refusal, admin } = await start()
    for (const asked of [
      admin.get("none"),
      admin.change("none", { name: "X" }, ana),
      admin.suspend("none", ana),
      admin.resume("none", ana),
      admin.remains("none"),
      admin.delete("none", ana)
    ] as const)
      expect(await refusal<unknown>(asked)).toMatchObject({
        reason: "unknownCompany",
        message: 'There is no company "none"'
      })
  })

  it("are changed section by section, and the same change twice is one fact", async () => {
    const process = await start()
    const { run, admin, companies } = process
    await run(admin.create(acme, ana))
    const change = { name: "Acme Ltda", retentionDays: null }
    expect(await run(admin.change("acme", change, ana))).toMatchObject({ changed: ["name", "retentionDays"] })
    expect(companies.all[0]).toMatchObject({ name: "Acme Ltda" })
    expect(companies.all[0]).not.toHaveProperty("retentionDays")
    expect(await run(admin.change("acme", change, ana))).toMatchObject({ changed: [] })
    await run(admin.change("acme", { conversation: { turnClosureMs: 3000 } }, ana))
    const starter = { channel: "telegram", instance: "acme-bot", contact: "1" }
    const address = { company: "acme", machine: "conversation", id: "1" }
    const begun = companies.startInput(address, { type: "MessageReceived" }, starter)
    expect(await run(begun)).toMatchObject({ settings: { turnClosureMs: 3000 } })
    const { version } = await run(admin.get("acme"))
    const read = { ...ana, expectedVersion: version - 1 }
    expect(await process.refusal(admin.change("acme", { language: "en" }, read))).toMatchObject({
      reason: "changed",
      version,
      message: `The company "acme" is at version ${version}, and ${version - 1} was expected`
    })
    expect(await process.facts("acme")).toEqual([
      "CompanyCreated",
      "CompanySettingsChanged name",
      "CompanySettingsChanged retentionDays",
      "CompanySettingsChanged conversation"
    ])
  })

  it("are suspended and resumed, once each", async () => {
    const { run, refusal, admin, companies } = await start()
    await run(admin.create(acme, ana))
    expect(await run(admin.suspend("acme", ana))).toMatchObject({ status: "suspended", why: ana })
    expect(companies.all).toMatchObject([{ id: "acme", status: "suspended" }])
    expect(await refusal(mustBeActive(companies, "acme") as never)).toMatchObject({ reason: "notNow" })
    // What comes in for it still finds its way.
    expect(await run(companies.byInstance("telegram", "acme-bot"))).toMatchObject({ id: "acme" })
    expect(await refusal(admin.suspend("acme", ana))).toMatchObject({
      reason: "notNow",
      message: 'The company "acme" is suspended, so it can\'t be suspended'
    })
    expect(await run(admin.change("acme", { name: "A" }, ana))).toMatchObject({ changed: ["name"] })
    expect(await run(admin.resume("acme", ana))).toMatchObject({ status: "active" })
    expect(companies.all).toMatchObject([{ id: "acme", status: "active" }])
  })

  it("are taken from files when they are new there, and changed by what changes in them", async () => {
    const first = await restart(acme)
    await comes(first, "acme")
    await first.run(first.admin.change("acme", { name: "Acme by Ana", language: "en" }, ana))
    // The file says what it said: nothing of Ana's is undone.
    const same = await restart(acme)
    await comes(same, "acme")
    await same.run(same.admin.change("acme", { budgets: { monthUsd: 100 } }, ana))
    expect(same.companies.all).toMatchObject([{ name: "Acme by Ana", budgets: { warnAtPercent: 120 } }])
    const { retentionDays: _, ...less } = acme
    const changed = await restart({ ...less, instances: [] }, other)
    await comes(changed, "other")
    await expect
      .poll(() => settingsOf(changed, "acme"))
      .toEqual({
        ...{ id: "acme", name: "Acme by Ana", language: "en", instances: [], budgets: { monthUsd: 100 } }
      })
    expect((await changed.facts("acme")).slice(-2)).toEqual([
      "CompanySettingsChanged retentionDays",
      "CompanySettingsChanged instances"
    ])
    const renamed = await restart({ ...less, instances: [], name: "Acme by file" })
    await expect
      .poll(() => settingsOf(renamed, "acme"))
      .toMatchObject({ name: "Acme by file", language: "en" })
    // A company whose file is gone stays.
    expect(renamed.companies.all.map(({ id }) => id)).toEqual(["acme", "other"])
  })

  it("made by a program keep an account that a file claims: the file is not taken in, and the rest is", async () => {
    const before = await start()
    await before.run(before.admin.create(acme, ana))
    const process = await restart({ ...other, instances: acme.instances! }, { id: "third", name: "Third" })
    await comes(process, "third")
    expect(process.log.join("\n")).toContain(
      'the file of the company "other" is not taken in: The companies "acme" and "other" both claim'
    )
    expect(await process.facts("other")).toEqual([])
    expect(await process.run(process.companies.byInstance("telegram", "acme-bot"))).toMatchObject({
      id: "acme"
    })
  })

  it("leave the demo company its history and take its accounts, for as long as there are others' files", async () => {
    const demo = await restart()
    await comes(demo, "demo")
    const withFile = await restart(acme)
    await comes(withFile, "acme")
    await expect.poll(() => settingsOf(withFile, "demo")).toMatchObject({ instances: [] })
    const alone = await restart()
    await expect.poll(async () => (await settingsOf(alone, "demo")).instances?.length).toBe(4)
    // At once, also an account that the demo had.
    const third = { id: "third", name: "Third", instances: [{ channel: "web-chat", instance: "*" }] }
    await comes(await restart(third), "third")
  })

  it("are seen by a process that stands by, within its interval", async () => {
    const owner = await start()
    await owner.run(owner.admin.create(acme, ana))
    const standby = await start()
    expect(standby.companies.all).toMatchObject([{ id: "acme", name: "Acme" }])
    await owner.run(owner.admin.change("acme", { name: "Acme Ltda" }, ana))
    await expect.poll(() => standby.companies.all).toMatchObject([{ name: "Acme Ltda" }])
  })

  it("are deleted with everybody they knew, unless one of them is under legal hold", async () => {
    const process = await restart(acme)
    await comes(process, "acme")
    const { run, refusal, admin, engine, subjects, companies } = process
    const contact = (id: string) => ({ company: "acme", machine: "contact", id })
    for (const id of ["lead-1", "lead-2"]) {
      const said = { type: "ContactDescribeAsked", name: "Rita", by: ana.by, at: 1 }
      await run(engine.deliver(contact(id), said, { principal: ana.by }))
    }
    const hold = { company: "acme", subject: "lead/lead-1", by: ana.by, reason: "case 118" }
    await run(subjects.setHold(hold))
    expect(await run(admin.remains("acme"))).toEqual({ persons: 1, held: 1 })
    expect(await refusal(admin.delete("acme", ana))).toMatchObject({
      reason: "onHold",
      message: expect.stringContaining("a legal hold stands, the first on lead/lead-1 (case 118)")
    })
    await run(subjects.releaseHold("acme", "lead/lead-1"))
    expect(await run(admin.delete("acme", ana))).toMatchObject({ status: "deleting", why: ana })
    // At once it is no company any more.
    expect(companies.all).toEqual([])
    await expect.poll(() => process.facts("acme")).toContain("CompanyDeleted")
    expect(await run(admin.remains("acme"))).toEqual({ persons: 0, held: 0 })
    expect(await run(engine.view(contact("lead-1")))).toMatchObject({ erased: true })
    await expect.poll(() => process.readModels).toContain("dropped acme")
    expect(await refusal(admin.create(acme, ana))).toMatchObject({
      reason: "exists",
      message: 'The company "acme" was deleted; its id is not given again'
    })
    expect(await refusal(admin.resume("acme", ana))).toMatchObject({ reason: "notNow" })
    const again = await restart(acme)
    await expect.poll(() => again.log.join("\n")).toContain("it was deleted")
    expect(again.companies.all).toEqual([])
  })
})
