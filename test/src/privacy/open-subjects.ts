import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Database } from "../../../eventstore/database/database.ts"
import type { StoreServices } from "../../../eventstore/database/store-layers.ts"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { MasterKeys } from "../../../eventstore/personal/master-keys.ts"
import { subjectBound } from "../../../eventstore/personal/subject-keys.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import type { DatabaseKind, TestDatabase } from "../../databases.ts"
import { PartitionOwner } from "../../eventstore/owner.ts"

/** Persons with streams, on a database of one suite's own. */
export interface OpenSubjects {
  readonly database: TestDatabase
  readonly run: <A, E>(effect: Effect.Effect<A, E, StoreServices | Database | MasterKeys>) => Promise<A>
  /** Makes a company of one partition. */
  readonly company: (id: string) => Promise<PartitionOwner>
  /** Makes the person, with a stream and an event in it for each of the times, epoch ms; gives the key's id. */
  readonly person: (
    owner: PartitionOwner,
    subject: string,
    heardAt: Readonly<Record<string, number>>
  ) => Promise<string>
  /** Who is asked to be erased and is not yet, with by and reason. */
  readonly requests: () => Promise<ReadonlyArray<ReadonlyArray<unknown>>>
  readonly close: () => Promise<void>
}

export const openSubjects = async (kind: DatabaseKind): Promise<OpenSubjects> => {
  const database = await kind.make()
  const runtime = ManagedRuntime.make(database.layer)
  const run: OpenSubjects["run"] = (effect) => runtime.runPromise(effect)
  return {
    database,
    run,
    company: (id) =>
      run(
        Effect.gen(function* () {
          const store = yield* EventStore
          yield* store.createCompany(id, 1)
          const claimed = yield* store.claim("the-test", 60_000, 1000)
          return new PartitionOwner(claimed.find((each) => each.company === id)!)
        })
      ),
    person: (owner, subject, heardAt) =>
      run(
        Effect.gen(function* () {
          const { company } = owner
          const masters = yield* MasterKeys
          const streams = Object.keys(heardAt)
          const taken = yield* (yield* SubjectStore).takeSubjects(
            (streams.length === 0 ? [subject] : streams).map((stream) => ({
              ...{ company, subject, stream },
              keyId: randomBytes(9).toString("base64url"),
              wrapped: masters.wrap(subjectBound(company, subject), randomBytes(32))
            }))
          )
          for (const stream of streams) {
            const batch = new Batch()
            owner.write(batch, [stream, { recordedAt: heardAt[stream]! }])
            yield* (yield* EventStore).append(batch)
          }
          return taken[0]!.keyId
        })
      ),
    requests: () =>
      database.admin(
        "select company, subject, by, reason from es.erasure where done_at is null order by 1, 2"
      ),
    close: async () => {
      await runtime.dispose()
      await database.drop()
    }
  }
}
