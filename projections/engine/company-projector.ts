import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Database, DatabaseError } from "../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { Upcasters } from "../../eventstore/log/upcast.ts"
import type { ReadModel } from "../read-model.ts"
import { loadReaders, type Reader, swapBuild } from "./builds.ts"
import { inCompany } from "./in-company.ts"
import { pastEvent } from "./past-event.ts"
import type { Applied } from "./projections.ts"
import type { Target } from "./target.ts"
import { type CheckpointMoved, type Page, writePage } from "./write-page.ts"

/** What a projector needs around it. */
export interface ProjectorPorts {
  readonly database: Pick<Database["Service"], "transaction">
  readonly history: Pick<History["Service"], "readPartition" | "readStream">
  readonly models: ReadonlyArray<ReadModel>
  readonly upcastersOf: (machine: string) => Upcasters | undefined
  readonly applied: (applied: Applied) => void
  readonly log: (level: "info" | "warn" | "error", message: string) => Effect.Effect<void>
}

export type ProjectorFailure = DatabaseError | StoreUnavailable | CheckpointMoved

/** Events read and written at once. */
export const pageEvents = 1000

/** Pages of different partitions are written side by side; what touches all of them waits for all. */
const pagesAtOnce = 64

/** Follows the events of one company, for all its read models; of each partition one page at a time. */
export class CompanyProjector {
  readonly company: string
  private readonly turns = Semaphore.makeUnsafe(pagesAtOnce)
  /** Streams of persons who are being erased: what was read of them before must not be written again. */
  readonly erasing = new Set<string>()
  private readonly ports: ProjectorPorts
  private readers: ReadonlyArray<Reader> | undefined
  private isStale = false
  /** The last position of each partition, as far as was told. */
  private readonly ends = new Map<number, number>()

  constructor(company: string, ports: ProjectorPorts) {
    this.company = company
    this.ports = ports
  }

  /** Whether it must look again before it can go on. */
  needsLook(): boolean {
    return this.isStale
  }

  /** What it knows will be read from the database again. */
  forget() {
    this.isStale = true
  }

  /** Alone: no page is under way, and none begins. */
  readonly alone = <A, E, R>(use: (readers: ReadonlyArray<Reader>) => Effect.Effect<A, E, R>) =>
    this.turns.withPermits(pagesAtOnce)(Effect.flatMap(this.load, use))

  isBuilding(): boolean {
    return this.readers?.some(({ target }) => target.state === "building") ?? true
  }

  /** The lowest position of the partition that the serving read models have reached; undefined before the first look. */
  shown(partition: number): number | undefined {
    const live = this.readers?.filter(({ target }) => target.state === "live")
    if (live === undefined || live.length === 0) return undefined
    return Math.min(...live.map(({ positions }) => positions.get(partition) ?? 0))
  }

  private readonly load: Effect.Effect<ReadonlyArray<Reader>, DatabaseError> = Effect.gen(
    { self: this },
    function* () {
      if (this.readers === undefined || this.isStale) {
        this.isStale = false
        this.readers = yield* loadReaders(this.ports.database, this.company, this.ports.models)
      }
      return this.readers
    }
  )

  /** Takes in one page of the partition up to `end`; false when there is nothing left to take. */
  readonly step = (partition: number, end: number): Effect.Effect<boolean, ProjectorFailure> =>
    this.turns.withPermit(
      Effect.gen({ self: this }, function* () {
        this.ends.set(partition, end)
        const readers = this.isStale ? undefined : this.readers
        if (readers === undefined) return false
        // Those that serve go first.
        for (const state of ["live", "building"] as const) {
          const behind = readers.filter(
            ({ target, positions }) => target.state === state && (positions.get(partition) ?? 0) < end
          )
          if (behind.length > 0) {
            yield* this.takePage(partition, end, behind)
            return true
          }
        }
        return false
      })
    )

  /** The group that is furthest behind reads on, at most to where the next group is. */
  private readonly takePage = (partition: number, end: number, behind: ReadonlyArray<Reader>) =>
    Effect.gen({ self: this }, function* () {
      const at = ({ positions }: Reader) => positions.get(partition) ?? 0
      const after = Math.min(...behind.map(at))
      const group = behind.filter((reader) => at(reader) === after)
      const next = Math.min(end, ...behind.filter((reader) => at(reader) > after).map(at))
      const events = yield* this.read(partition, after, Math.min(pageEvents, next - after))
      const last = events.at(-1)
      if (last === undefined) return
      const before = this.shown(partition)
      const page = { company: this.company, partition, after, position: last.position, events }
      yield* this.write(page, group)
      const now = this.shown(partition)
      if (before !== undefined && now !== undefined && now > before) {
        const shown = events.filter(({ position }) => position > before && position <= now)
        this.ports.applied({ company: this.company, partition, after: before, position: now, events: shown })
      }
    })

  private readonly read = (partition: number, after: number, most: number) =>
    Effect.map(this.ports.history.readPartition(this.company, partition, after, most), (events) =>
      events.map((event) => pastEvent(event, this.ports.upcastersOf, (stream) => this.erasing.has(stream)))
    )

  /** What the database refuses for good is looked for by halves: first the read model, then the event. */
  private readonly write = (
    page: Page,
    group: ReadonlyArray<Reader>
  ): Effect.Effect<void, DatabaseError | CheckpointMoved> =>
    Effect.suspend(() => writePage(this.ports.database, page, targetsOf(group))).pipe(
      Effect.andThen(
        Effect.sync(() => {
          for (const { positions } of group) positions.set(page.partition, page.position)
        })
      ),
      Effect.catch((error) => {
        this.forgetAfter(error)
        if (error._tag !== "DatabaseError" || error.unreachable) return Effect.fail(error)
        return this.writeInHalves(page, group, error)
      })
    )

  private forgetAfter(error: { readonly _tag: string }) {
    if (error._tag === "CheckpointMoved") this.forget()
  }

  private readonly writeInHalves = (
    page: Page,
    group: ReadonlyArray<Reader>,
    why: DatabaseError
  ): Effect.Effect<void, DatabaseError | CheckpointMoved> => {
    if (group.length > 1) {
      const middle = group.length >> 1
      return Effect.andThen(this.write(page, group.slice(0, middle)), this.write(page, group.slice(middle)))
    }
    const { events } = page
    if (events.length > 1) {
      const middle = events.length >> 1
      const position = events[middle - 1]!.position
      return Effect.andThen(
        this.write({ ...page, position, events: events.slice(0, middle) }, group),
        Effect.suspend(() => this.write({ ...page, after: position, events: events.slice(middle) }, group))
      )
    }
    const [event] = events
    if (event === undefined || page.refused !== undefined) return Effect.fail(why)
    const { message, code } = why
    const refused = `the database refuses the row: ${message} (SQLSTATE ${code})`
    return this.write({ ...page, refused }, group)
  }

  /** Builds that have read all that the serving ones show take their place; gives their names. */
  readonly swapReady = this.alone((readers) =>
    Effect.gen({ self: this }, function* () {
      const swapped: Array<string> = []
      for (const { target, positions } of readers) {
        if (target.state !== "building") continue
        const isBehind = [...positions].some(
          ([partition, at]) =>
            at < (this.shown(partition) ?? this.ends.get(partition) ?? Number.POSITIVE_INFINITY)
        )
        if (isBehind) continue
        yield* swapBuild(this.ports.database, this.company, target)
        swapped.push(target.model.name)
        yield* this.ports.log(
          "info",
          `read model ${target.model.name} of ${this.company} was built and serves now`
        )
      }
      if (swapped.length > 0) this.forget()
      return swapped
    })
  )

  /** Takes the personal data of these streams out of every table; gives how many rows had some. */
  readonly redact = (streams: ReadonlyArray<string>): Effect.Effect<number, DatabaseError> => {
    for (const stream of streams) this.erasing.add(stream)
    return this.alone((readers) =>
      inCompany(this.ports.database, this.company, (query) =>
        Effect.gen({ self: this }, function* () {
          let rows = 0
          for (const { target } of readers) {
            const { redact } = target.sql
            if (redact === undefined) continue
            rows += (yield* query(`${redact} returning 1`, [this.company, streams])).length
          }
          // A table of another version serves until its successor is built: what is about the person leaves it whole.
          for (const { name } of this.ports.models) {
            if (readers.some(({ target }) => target.state === "live" && target.model.name === name)) continue
            const sql = `delete from "${name}" where company = $1 and stream = any($2::text[]) returning 1`
            rows += (yield* query(sql, [this.company, streams])).length
          }
          return rows
        })
      )
    )
  }
}

const targetsOf = (group: ReadonlyArray<Reader>): ReadonlyArray<Target> => group.map(({ target }) => target)
