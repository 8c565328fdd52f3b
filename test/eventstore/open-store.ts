import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Database } from "../../eventstore/database/database.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import type { SealStore } from "../../eventstore/proof/seal-store.ts"
import type { DatabaseKind, TestDatabase } from "../databases.ts"
import { PartitionOwner } from "./owner.ts"

/** A store on a database of its own, for one suite. */
export interface OpenStore {
  readonly database: TestDatabase
  readonly run: <A, E>(effect: Effect.Effect<A, E, EventStore | Database | SealStore>) => Promise<A>
  /** Makes the company and claims its partitions, in order. */
  readonly own: (company: string, partitions: number) => Promise<ReadonlyArray<PartitionOwner>>
  readonly close: () => Promise<void>
}

export const openStore = async (kind: DatabaseKind): Promise<OpenStore> => {
  const database = await kind.make()
  const runtime = ManagedRuntime.make(database.layer)
  const run: OpenStore["run"] = (effect) => runtime.runPromise(effect)
  return {
    database,
    run,
    own: (company, partitions) =>
      run(
        Effect.gen(function* () {
          const store = yield* EventStore
          yield* store.createCompany(company, partitions)
          const claimed = yield* store.claim("the-test", 60_000, 1000)
          return claimed.filter((each) => each.company === company).map((each) => new PartitionOwner(each))
        })
      ),
    close: async () => {
      await runtime.dispose()
      await database.drop()
    }
  }
}
