import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { everyDatabase } from "../databases.ts"
import { makeMemoryStore } from "../simulator/store/memory-store.ts"
import { type OpenStore, openStore } from "./open-store.ts"
import { PartitionOwner } from "./owner.ts"

/** A store of any kind, for suites that ask it by its service alone; what they need beside that has a name here. */
export interface AnyStore extends Pick<OpenStore, "own" | "close"> {
  readonly run: <A, E>(effect: Effect.Effect<A, E, EventStore>) => Promise<A>
  /** Takes everything out. */
  readonly clear: () => Promise<void>
  /** Everything that it holds, as counts of rows and the partitions' heads. */
  readonly traces: () => Promise<ReadonlyArray<string>>
  /** Moves the end of leases back. */
  readonly age: (ms: number) => Promise<void>
  /** Lets the owner's lease run out, as time would. */
  readonly expire: (owner: string) => Promise<void>
  readonly owners: () => Promise<ReadonlyArray<string>>
  readonly dropSnapshots: () => Promise<void>
}

/** How a suite gets one. */
export interface StoreKind {
  readonly name: string
  readonly open: () => Promise<AnyStore>
}

const tables = ["event", "key", "job", "timer", "message", "snapshot"]

/** Every kind of database, and the double that the simulator runs on. */
export const stores: ReadonlyArray<StoreKind> = [
  ...everyDatabase.map(
    (kind): StoreKind => ({ name: kind.name, open: async () => onDatabase(await openStore(kind)) })
  ),
  { name: "the double in memory", open: async () => inMemory() }
]

const onDatabase = (store: OpenStore): AnyStore => {
  const { admin, clear } = store.database
  const counts = tables.map((table) => `select '${table} ' || count(*) from es.${table}`).join(" union all ")
  return {
    ...store,
    clear,
    traces: async () => {
      const heads = `select company || '/' || partition || ' ' || position || ' ' || encode(head, 'hex') from es.partition`
      return (await admin(`${counts} union all ${heads} order by 1`)).map((row) => String(row[0]))
    },
    age: async (ms) =>
      void (await admin("update es.owner set lease_until = lease_until - $1::int * interval '1 ms'", [ms])),
    expire: async (owner) =>
      void (await admin(
        "update es.owner set lease_until = clock_timestamp() - interval '1 ms' where owner = $1",
        [owner]
      )),
    owners: async () =>
      (await admin("select owner from es.owner order by 1")).map(([owner]) => String(owner)),
    dropSnapshots: async () => void (await admin("delete from es.snapshot"))
  }
}

const inMemory = (): AnyStore => {
  let memory = makeMemoryStore()
  let runtime = ManagedRuntime.make(memory.layer)
  const run: AnyStore["run"] = (effect) => runtime.runPromise(effect)
  return {
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
    close: () => runtime.dispose(),
    clear: async () => {
      memory = makeMemoryStore()
      runtime = ManagedRuntime.make(memory.layer)
    },
    traces: async () => {
      const { partitions, keys, jobs, timers, snapshots } = memory.tables
      const rows = [...partitions.values()]
      const messages = rows.flatMap((row) => [...row.messages])
      const counts = [rows.flatMap(({ events }) => events), keys, jobs, timers, messages, snapshots].map(
        (all, n) => `${tables[n]} ${"size" in all ? all.size : all.length}`
      )
      const heads = rows.map(
        (row) => `${row.company}/${row.partition} ${row.position} ${Buffer.from(row.head).toString("hex")}`
      )
      return [...counts, ...heads].sort()
    },
    age: async (ms) => {
      for (const owner of memory.tables.owners.values()) owner.leaseUntil -= ms
    },
    expire: async (owner) => {
      const row = memory.tables.owners.get(owner)
      if (row !== undefined) row.leaseUntil = Date.now() - 1
    },
    owners: async () => [...memory.tables.owners.keys()].sort(),
    dropSnapshots: async () => memory.tables.snapshots.clear()
  }
}
