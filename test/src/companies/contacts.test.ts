import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { storeLayer } from "../../../eventstore/database/store-layers.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { MasterKeys, masterKeyOf } from "../../../eventstore/personal/master-keys.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { Contacts } from "../../../src/companies/contacts.ts"
import { databases, type TestDatabase } from "../../databases.ts"

const ana = { company: "acme", channel: "evolution", instance: "sales", contact: "5511999998888" }

describe.each(databases)("contacts on $name", (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await kind.make()
    await Effect.runPromise(
      Effect.gen(function* () {
        const store = yield* EventStore
        yield* store.createCompany("acme", 1)
        yield* store.createCompany("other", 1)
      }).pipe(Effect.provide(database.layer))
    )
  })
  afterAll(() => database?.drop())

  /** Contacts of a process of its own: it remembers nothing of the others. */
  const inProcess = async <A, E>(use: (contacts: Contacts["Service"]) => Effect.Effect<A, E>): Promise<A> => {
    const runtime = ManagedRuntime.make(Contacts.layer.pipe(Layer.provide(Layer.fresh(database.layer))))
    try {
      return await runtime.runPromise(Effect.flatMap(Contacts, use))
    } finally {
      await runtime.dispose()
    }
  }

  it("gives a phone number the same lead in every process and by every account, and others others", async () => {
    const first = await inProcess((contacts) => contacts.take(ana))
    const again = await inProcess((contacts) => contacts.take(ana))
    const others = await inProcess((contacts) =>
      Effect.all([
        contacts.take({ ...ana, instance: "support" }),
        contacts.take({ ...ana, contact: "5511999998888@s.whatsapp.net" }),
        contacts.take({ ...ana, contact: "5511999998889" }),
        contacts.take({ ...ana, channel: "telegram" }),
        contacts.take({ ...ana, company: "other" })
      ])
    )
    expect(again).toEqual(first)
    expect(others.map(({ leadId }) => leadId === first.leadId)).toEqual([true, true, false, false, false])
    expect(new Set([first, ...others].map(({ conversation }) => JSON.stringify(conversation))).size).toBe(5)
  })

  it("sees one person in all spellings of a number, also in those that were kept before", async () => {
    const form = { kind: "phone", value: "(31) 98881-2345", home: "55" }
    const found = await inProcess((contacts) =>
      Effect.gen(function* () {
        const id = yield* contacts.bind("acme", form, "f0f0")
        const { leadId } = yield* contacts.take({ ...ana, contact: "553188812345" })
        return [id, leadId, yield* contacts.subjectOf("acme", { kind: "phone", value: "+5531988812345" })]
      })
    )
    expect(found).toEqual(["f0f0", "f0f0", "lead/f0f0"])
    const landline = await inProcess((contacts) => contacts.take({ ...ana, contact: "551133334444" }))
    const mobile = await inProcess((contacts) => contacts.take({ ...ana, contact: "5511933334444" }))
    expect(mobile.leadId).not.toBe(landline.leadId)
  })

  it("learns the id that hides a number from whatever names both, and keeps it", async () => {
    const number = { ...ana, contact: "5511900000101" }
    const hidden = { ...ana, contact: "103899770000123@lid" }
    const first = await inProcess((contacts) => contacts.take(hidden))
    const both = { ...number, alsoKnownAs: [hidden.contact] }
    const learnt = await inProcess((contacts) => contacts.take(both))
    expect(learnt).toEqual({ ...first, isNewlyKnown: true })
    expect(await inProcess((contacts) => contacts.take(both))).toEqual(first)
    expect(await inProcess((contacts) => contacts.find(number))).toEqual(first)
    // The other way round: the number first, then the id, by an update alone.
    const other = { ...ana, contact: "5511900000102" }
    const known = await inProcess((contacts) => contacts.take(other))
    await inProcess((contacts) => contacts.find({ ...other, alsoKnownAs: ["203899770000123@lid"] }))
    expect(await inProcess((contacts) => contacts.find({ ...ana, contact: "203899770000123@lid" }))).toEqual(
      known
    )
    // Nobody's number is the id's digits.
    expect(
      await inProcess((contacts) => contacts.find({ ...ana, contact: "203899770000123" }))
    ).toBeUndefined()
  })

  it("finds nobody that was never heard of, and makes nobody by looking", async () => {
    const stranger = { ...ana, contact: "5511000000000" }
    const seen = await inProcess((contacts) => Effect.all([contacts.find(stranger), contacts.find(stranger)]))
    expect(seen).toEqual([undefined, undefined])
  })

  it("is asked for at once by two and gives both the same", async () => {
    const pedro = { ...ana, contact: "5511777776666" }
    const [one, two] = await Promise.all([1, 2].map(() => inProcess((contacts) => contacts.take(pedro))))
    expect(two).toEqual(one)
  })

  it("looks a person up by phone, however it is written, and keeps no number in the database", async () => {
    const { leadId } = await inProcess((contacts) => contacts.take(ana))
    const found = await inProcess((contacts) =>
      contacts.subjectOf("acme", { kind: "phone", value: "+55 (11) 99999-8888" })
    )
    expect(found).toBe(`lead/${leadId}`)
    const rows = await database.admin("select company || encode(blind, 'escape') || subject from es.contact")
    expect(rows.flat().join(" ")).not.toContain("99999")
  })

  it("makes keys of message ids that tell nothing and differ by company", async () => {
    const keys = await inProcess((contacts) =>
      Effect.all([
        contacts.blindKey("acme", "5511999998888:1"),
        contacts.blindKey("acme", "5511999998888:1"),
        contacts.blindKey("other", "5511999998888:1")
      ])
    )
    expect(keys[0]).toMatch(/^[\w-]{22}$/)
    expect([keys[1] === keys[0], keys[2] === keys[0]]).toEqual([true, false])
  })

  it("refuses to work under another master key than the one its secrets were wrapped by", async () => {
    await inProcess((contacts) => contacts.take(ana))
    const other = Contacts.layer.pipe(
      Layer.provide(Layer.fresh(storeLayer)),
      Layer.provide(MasterKeys.layer([masterKeyOf(Buffer.alloc(32, 9))])),
      Layer.provide(database.layer)
    )
    const failure = await Effect.runPromise(
      Effect.flip(Effect.flatMap(Contacts, (contacts) => contacts.take(ana))).pipe(Effect.provide(other))
    )
    expect(failure).toMatchObject({
      _tag: "WrongMasterKey",
      message: expect.stringContaining("CENTURION_MASTER_KEY")
    })
  })

  it("knows an erased person no more", async () => {
    const marta = { ...ana, contact: "5511555554444" }
    const before = await inProcess((contacts) => contacts.take(marta))
    await Effect.runPromise(
      Effect.flatMap(SubjectStore, (subjects) =>
        subjects.destroySubject("acme", `lead/${before.leadId}`)
      ).pipe(Effect.provide(Layer.fresh(database.layer)))
    )
    expect(await inProcess((contacts) => contacts.find(marta))).toBeUndefined()
    expect((await inProcess((contacts) => contacts.take(marta))).leadId).not.toBe(before.leadId)
  })
})
