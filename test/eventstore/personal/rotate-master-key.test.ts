import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { Database } from "../../../eventstore/database/database.ts"
import { type StoreServices, storeLayer } from "../../../eventstore/database/store-layers.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { type MasterKey, MasterKeys, masterKeyOf } from "../../../eventstore/personal/master-keys.ts"
import { rotateMasterKey } from "../../../eventstore/personal/rotate-master-key.ts"
import { Secrets } from "../../../eventstore/personal/secrets.ts"
import { SubjectKeys, subjectBound } from "../../../eventstore/personal/subject-keys.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { databases, type TestDatabase } from "../../databases.ts"

const old = masterKeyOf(Buffer.alloc(32, 1))
const anew = masterKeyOf(Buffer.alloc(32, 2))
const stranger = masterKeyOf(Buffer.alloc(32, 3))
/** More than two pages. */
const persons = 1201

describe.each(databases)("rotating the master key on $name", (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await kind.make()
  })
  afterAll(() => database?.drop())
  beforeEach(() => database.clear())

  /** As a process that was given these keys, the present one first. */
  const as = <A, E>(
    keys: readonly [MasterKey, ...ReadonlyArray<MasterKey>],
    use: Effect.Effect<A, E, StoreServices | MasterKeys | Database>
  ) =>
    Effect.runPromise(
      Effect.provide(
        use,
        Layer.fresh(storeLayer).pipe(
          Layer.provideMerge(MasterKeys.layer(keys)),
          Layer.provideMerge(Layer.effect(Database, Effect.provide(Effect.service(Database), database.layer)))
        )
      ).pipe(Effect.provide(database.layer), Effect.scoped)
    )

  /** Persons of two companies with keys, and a secret; gives what the old key opens. */
  const fill = () =>
    as(
      [old],
      Effect.gen(function* () {
        const store = yield* EventStore
        for (const company of ["acme", "other"]) yield* store.createCompany(company, 1)
        const masters = yield* MasterKeys
        const offered = Array.from({ length: persons }, (_, n) => {
          const [company, subject] = [n % 3 === 0 ? "other" : "acme", `lead/${n}`]
          const wrapped = masters.wrap(subjectBound(company, subject), randomBytes(32))
          return { company, subject, stream: subject, keyId: `k${n}`, wrapped }
        })
        yield* (yield* SubjectStore).takeSubjects(offered)
        return Buffer.from(yield* (yield* Secrets).take("acme", "blind index")).toString("hex")
      })
    )

  /** Which of the keys are to be had, and what they are. */
  const keysBy = (keys: readonly [MasterKey, ...ReadonlyArray<MasterKey>]) =>
    as(
      keys,
      Effect.gen(function* () {
        const subjects = yield* SubjectKeys
        const ids = Array.from({ length: persons }, (_, n) => `k${n}`)
        const found = [
          ...(yield* subjects.byId(
            "acme",
            ids.filter((_, n) => n % 3 !== 0)
          )),
          ...(yield* subjects.byId(
            "other",
            ids.filter((_, n) => n % 3 === 0)
          ))
        ]
        return found.map(([id, key]) =>
          typeof key === "string" ? key : `${id} ${key.key.export().toString("hex")}`
        )
      })
    )
  const masterIds = () =>
    database.admin(
      "select master_id, count(*)::int from (select master_id from es.subject union all select master_id from es.secret) k group by 1 order by 1"
    )

  it("wraps every key anew, page by page, and what they open stays the same", async () => {
    const secret = await fill()
    const before = await keysBy([old])
    const told: Array<readonly [number, number]> = []
    expect(
      await as(
        [anew, old],
        rotateMasterKey((done, total) => told.push([done, total]))
      )
    ).toBe(persons + 1)
    expect(told).toEqual([
      [500, persons + 1],
      [1000, persons + 1],
      [persons + 1, persons + 1]
    ])
    expect(await keysBy([anew])).toEqual(before)
    expect(new Set(await keysBy([old]))).toEqual(new Set(["locked"]))
    const kept = await as(
      [anew],
      Effect.flatMap(Secrets, (secrets) => secrets.take("acme", "blind index"))
    )
    expect(Buffer.from(kept).toString("hex")).toBe(secret)
    expect(await as([anew], rotateMasterKey())).toBe(0)
  })

  it("goes on where it was broken off; meanwhile both keys are needed", async () => {
    await fill()
    const before = await keysBy([old])
    const breakOff = Effect.flip(
      Effect.gen(function* () {
        const store = yield* SubjectStore
        let pages = 0
        const breaking = SubjectStore.of({
          ...store,
          rewrap: (rows, masterId) =>
            ++pages === 2 ? Effect.die(new Error("killed")) : store.rewrap(rows, masterId)
        })
        return yield* Effect.sandbox(rotateMasterKey()).pipe(Effect.provideService(SubjectStore, breaking))
      })
    )
    await as([anew, old], breakOff)
    expect((await masterIds()).map(([, count]) => count).sort()).toEqual([500, persons + 1 - 500].sort())
    expect(await keysBy([anew, old])).toEqual(before)
    expect((await keysBy([anew])).filter((key) => key === "locked").length).toBeGreaterThan(0)
    expect(await as([anew, old], rotateMasterKey())).toBe(persons + 1 - 500)
    expect(await keysBy([anew])).toEqual(before)
  })

  it("changes nothing when a master key is not here, and says which", async () => {
    await fill()
    const before = await masterIds()
    const failure = await as([anew, stranger], Effect.flip(rotateMasterKey()))
    expect(failure).toMatchObject({
      _tag: "WrongMasterKey",
      message: expect.stringMatching(
        `^1202 keys are not wrapped by ${anew.id}, such as that of .* by ${old.id}: give that master key as CENTURION_MASTER_KEY_OLD$`
      )
    })
    expect(await masterIds()).toEqual(before)
  })

  it("leaves the keys of erased persons destroyed", async () => {
    await fill()
    await database.admin("update es.subject_stream set erased_at = now() where subject = 'lead/1'")
    await database.admin("select es.destroy_subject('acme', 'lead/1')")
    expect(await as([anew, old], rotateMasterKey())).toBe(persons)
    expect((await keysBy([anew])).filter((key) => key === "erased")).toHaveLength(1)
  })

  it("names a wrapped key that was altered", async () => {
    await fill()
    await database.admin(
      "update es.subject set wrapped = set_byte(wrapped, 20, 255 - get_byte(wrapped, 20)) where subject = 'lead/7'"
    )
    const failure = await as([anew, old], Effect.flip(rotateMasterKey()))
    expect(failure.message).toContain("the wrapped key of acme/lead/7 was altered")
  })

  it("is refused without a master key", async () => {
    await fill()
    const refused = await Effect.runPromise(
      Effect.flip(rotateMasterKey()).pipe(
        Effect.provide(Layer.provideMerge(SubjectStore.layer, MasterKeys.layerNotGiven([old]))),
        Effect.provide(database.layer)
      )
    )
    expect(refused._tag).toBe("WrongMasterKey")
  })
})
