import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { sealingLayer } from "../../../eventstore/database/store-layers.ts"
import { EventStore, StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { decrypt, encrypt, type SubjectKey } from "../../../eventstore/personal/encrypted-text.ts"
import { MasterKeys, masterKeyOf } from "../../../eventstore/personal/master-keys.ts"
import { rotateMasterKey } from "../../../eventstore/personal/rotate-master-key.ts"
import { Secrets } from "../../../eventstore/personal/secrets.ts"
import { type NoKey, SubjectKeys } from "../../../eventstore/personal/subject-keys.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { everyDatabase, type TestDatabase } from "../../databases.ts"

const ours = masterKeyOf(Buffer.alloc(32, 1))
const others = masterKeyOf(Buffer.alloc(32, 2))

describe.each(everyDatabase)("the keys of persons, on $name", ({ make }) => {
  let database: TestDatabase
  const closers: Array<() => Promise<void>> = []
  beforeAll(async () => {
    database = await make()
  })
  afterAll(async () => {
    for (const close of closers.splice(0)) await close()
    await database?.drop()
  })
  beforeEach(async () => {
    await database.clear()
    await database.admin("insert into es.company (company, partitions) values ('acme', 1), ('other', 1)")
  })

  /** A process of its own, with these master keys; `between` stands before its rows about persons. */
  const process = (
    masters: readonly [typeof ours, ...ReadonlyArray<typeof ours>] = [ours],
    between: Layer.Layer<SubjectStore, never, SubjectStore> = Layer.effect(SubjectStore, SubjectStore)
  ) => {
    const runtime = ManagedRuntime.make(
      Layer.fresh(sealingLayer()).pipe(
        Layer.provide(MasterKeys.layer(masters)),
        Layer.provideMerge(Layer.provide(between, database.layer)),
        Layer.provideMerge(Layer.effect(EventStore, EventStore).pipe(Layer.provide(database.layer)))
      )
    )
    closers.push(() => runtime.dispose())
    const ask = <A, E>(use: (keys: SubjectKeys["Service"]) => Effect.Effect<A, E>) =>
      runtime.runPromise(Effect.flatMap(SubjectKeys, use))
    return {
      run: <A, E>(effect: Effect.Effect<A, E, SubjectKeys | Secrets | SubjectStore>) =>
        runtime.runPromise(effect),
      take: (subject: string, stream = subject, company = "acme") =>
        ask((keys) => keys.take(company, subject, stream)),
      byId: (...keyIds: ReadonlyArray<string>) => ask((keys) => keys.byId("acme", keyIds)),
      byIdAt: (company: string, keyId: string) => ask((keys) => keys.byId(company, [keyId])),
      forget: (subject: string, company = "acme") =>
        ask((keys) => Effect.sync(() => keys.forget(company, subject)))
    }
  }
  const opened = (key: SubjectKey | NoKey) => {
    if (typeof key === "string") throw new Error(`there is no key: ${key}`)
    return key
  }
  const bytesOf = (key: SubjectKey | NoKey) => opened(key).key.export().toString("hex")
  const destroy = (subject: string) =>
    database.admin(
      "update es.subject set wrapped = null, erased_at = now() where company = 'acme' and subject = $1",
      [subject]
    )

  it("are the same for two processes that ask at once, however many streams are about one person", async () => {
    const [first, second] = [process(), process()]
    const names = Array.from({ length: 40 }, (_, n) => `lead/${n % 10}`)
    const asked = names.flatMap((subject, n) =>
      [first, second].map((each) => each.take(subject, `conversation/${n}`))
    )
    const taken = await Promise.all(asked)
    const byPerson = new Map<string, Set<string>>()
    for (const key of taken) {
      const { subject } = opened(key)
      byPerson.set(subject, (byPerson.get(subject) ?? new Set()).add(bytesOf(key)))
    }
    expect([...byPerson.keys()].sort()).toEqual([...new Set(names)].sort())
    expect([...byPerson.values()].map((keys) => keys.size)).toEqual([...byPerson].map(() => 1))
    expect(new Set([...byPerson.values()].flatMap((keys) => [...keys])).size).toBe(10)
    expect(taken.map((key) => opened(key).subject)).toEqual(names.flatMap((name) => [name, name]))
  })

  it("stay with the stream: whoever it is asked about later, it is about the first", async () => {
    const { take } = process()
    const first = opened(await take("lead/1", "conversation/7"))
    expect(opened(await take("lead/2", "conversation/7"))).toMatchObject({
      subject: "lead/1",
      keyId: first.keyId
    })
  })

  it("are another for the same person at another company, also when both are asked for at once", async () => {
    const { take } = process()
    const both = await Promise.all([take("lead/1"), take("lead/1", "lead/1", "other")])
    const [one, other] = [await process().take("lead/1"), await process().take("lead/1", "lead/1", "other")]
    expect(both.map(bytesOf)).toEqual([bytesOf(one), bytesOf(other)])
    expect(bytesOf(one)).not.toBe(bytesOf(other))
  })

  it("stand in the database only as the master key wraps them, and are found again by id", async () => {
    const key = opened(await process().take("lead/1"))
    const [row] = await database.admin("select subject, key_id, wrapped, master_id from es.subject")
    const [subject, keyId, wrapped, masterId] = row!
    expect([subject, keyId, masterId]).toEqual(["lead/1", key.keyId, ours.id])
    expect(Buffer.from(wrapped as Uint8Array).includes(key.key.export())).toBe(false)
    const sealed = encrypt(key, ["here"], "Ana")
    const found = await process().byId(key.keyId, "nobody knows it")
    expect(decrypt(opened(found.get(key.keyId)!), ["here"], sealed)).toBe("Ana")
    expect(found.get("nobody knows it")).toBe("locked")
  })

  it("are locked where their master key is not, and nothing is made anew in their place", async () => {
    const key = opened(await process().take("lead/1"))
    const stranger = process([others])
    expect(await stranger.take("lead/1")).toBe("locked")
    expect(await stranger.byId(key.keyId)).toEqual(new Map([[key.keyId, "locked"]]))
    expect(bytesOf(await process([others, ours]).take("lead/1"))).toBe(bytesOf(key))
    const mine = opened(await stranger.take("lead/2"))
    expect(await process().take("lead/2")).toBe("locked")
    expect(bytesOf(await process([ours, others]).take("lead/2"))).toBe(bytesOf(mine))
  })

  it("are locked when what wraps them was altered, or is another person's", async () => {
    await process().take("lead/1")
    await process().take("lead/2")
    await database.admin(
      "update es.subject set wrapped = (select o.wrapped from es.subject o where o.subject = 'lead/2') where subject = 'lead/1'"
    )
    await database.admin(
      "update es.subject set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where subject = 'lead/2'"
    )
    const fresh = process()
    expect([await fresh.take("lead/1"), await fresh.take("lead/2")]).toEqual(["locked", "locked"])
    expect(opened(await fresh.take("lead/3")).subject).toBe("lead/3")
  })

  it("are erased once they were destroyed, for ever, and for everybody who asks", async () => {
    const keeper = process()
    const key = opened(await keeper.take("lead/1"))
    await destroy("lead/1")
    const fresh = process()
    expect(await fresh.take("lead/1")).toBe("erased")
    expect(await fresh.take("lead/1", "conversation/new")).toBe("erased")
    expect(await fresh.byId(key.keyId)).toEqual(new Map([[key.keyId, "erased"]]))
    expect(await keeper.take("lead/1")).toBe("erased")
  })

  it("are forgotten by a process that is told to, of that person at that company alone", async () => {
    const { take, byId, byIdAt, forget } = process()
    const [one, two] = [opened(await take("lead/1")), opened(await take("lead/2"))]
    const elsewhere = opened(await take("lead/1", "lead/1", "other"))
    // Whoever is asked for from now on is found in memory, or not at all.
    await database.admin("update es.subject set wrapped = null, erased_at = now()")
    expect(typeof (await byId(one.keyId)).get(one.keyId)).toBe("object")
    await forget("lead/1")
    expect(Object.fromEntries(await byId(one.keyId, two.keyId))).toMatchObject({
      [one.keyId]: "erased",
      [two.keyId]: { subject: "lead/2" }
    })
    expect((await byIdAt("other", elsewhere.keyId)).get(elsewhere.keyId)).toBe(elsewhere)
  })

  it("are asked for again after the database was away, or refused one of them", async () => {
    let away = true
    const between = Layer.effect(
      SubjectStore,
      Effect.map(SubjectStore, (store) => ({
        ...store,
        takeSubjects: (offered: Parameters<typeof store.takeSubjects>[0]) =>
          away
            ? Effect.fail(new StoreUnavailable({ message: "gone", mayHaveHappened: false }))
            : store.takeSubjects(offered)
      }))
    )
    const { take } = process([ours], between)
    await expect(take("lead/1")).rejects.toMatchObject({ _tag: "StoreUnavailable" })
    away = false
    const [refused, ...through] = await Promise.allSettled([
      take("lead/1", "lead/1", "no such company"),
      take("lead/1"),
      take("lead/2")
    ])
    expect(refused.status).toBe("rejected")
    expect(through.map((each) => each.status === "fulfilled" && opened(each.value).subject)).toEqual([
      "lead/1",
      "lead/2"
    ])
    expect(opened(await take("lead/3")).subject).toBe("lead/3")
  })

  it("are wrapped anew by a new master key, and by none where none is given", async () => {
    const key = opened(await process().take("lead/1"))
    const rotate = (masters: Layer.Layer<MasterKeys>) =>
      Effect.runPromise(
        Effect.result(rotateMasterKey()).pipe(Effect.provide(Layer.merge(database.layer, masters)))
      )
    const wrongly = { _tag: "Failure", failure: { _tag: "WrongMasterKey" } }
    expect(await rotate(MasterKeys.layerNotGiven([ours]))).toMatchObject(wrongly)
    expect(await rotate(MasterKeys.layer([others]))).toMatchObject(wrongly)
    expect(bytesOf(await process().take("lead/1"))).toBe(bytesOf(key))
    expect(await rotate(MasterKeys.layer([others, ours]))).toMatchObject({ _tag: "Success", success: 1 })
    expect(await process().take("lead/1")).toBe("locked")
    expect(bytesOf(await process([others]).take("lead/1"))).toBe(bytesOf(key))
    expect(await rotate(MasterKeys.layer([others, ours]))).toMatchObject({ success: 0 })
  })

  it("have beside them a company's secrets, the same for all, which say it when the master key is wrong", async () => {
    const secret = (masters: Parameters<typeof process>[0], company = "acme") =>
      process(masters).run(Effect.flatMap(Secrets, (secrets) => secrets.take(company, "blind index")))
    const first = Buffer.from(await secret([ours]))
    expect(first.length).toBe(32)
    expect(Buffer.from(await secret([others, ours]))).toEqual(first)
    expect(Buffer.from(await secret([ours], "other"))).not.toEqual(first)
    await expect(secret([others])).rejects.toMatchObject({
      _tag: "WrongMasterKey",
      message: `the keys in this database are wrapped by the master key ${ours.id}, and ${others.id} was given: give the right one as CENTURION_MASTER_KEY, or the old one as CENTURION_MASTER_KEY_OLD`
    })
  })
})

describe("a master key", () => {
  const wrapping = (...masters: Parameters<typeof MasterKeys.layer>[0]) =>
    Effect.runSync(Effect.provide(MasterKeys, MasterKeys.layer(masters)))

  it("is named by its hash, and unwraps what it wrapped for the same use only", () => {
    const { current, wrap, unwrap } = wrapping(ours)
    expect(current.id).toMatch(/^[0-9a-f]{8}$/)
    expect(ours.id).not.toBe(others.id)
    const key = randomBytes(32)
    const wrapped = wrap("subject acme/lead/1", key)
    expect(wrapped.masterId).toBe(ours.id)
    expect(unwrap("subject acme/lead/1", wrapped)).toEqual(key)
    expect(() => unwrap("subject acme/lead/2", wrapped)).toThrow()
    expect(wrapping(others).unwrap("subject acme/lead/1", wrapped)).toBeUndefined()
    expect(wrapping(others, ours).unwrap("subject acme/lead/1", wrapped)).toEqual(key)
  })
})
