import { type Parameter, ParameterTypeId } from "@effect/sql-pg/PgTypes"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Database, type DatabaseError, type Row } from "../database/database.ts"
import { StoreUnavailable } from "../log/event-store.ts"
import type { StoredEvent } from "../log/stored-event.ts"

/** A row of `es.seal`. */
export interface StoredSeal {
  readonly number: number
  /** Epoch ms. */
  readonly sealedAt: number
  /** Right edge of the tree of seals: 32 bytes for each bit of `number`. */
  readonly frontier: Uint8Array
  readonly note: string
}

/** How far a seal reaches in a partition. */
export interface SealedPartition {
  readonly seal: number
  readonly company: string
  readonly partition: number
  readonly position: number
  /** Right edge of the tree of links: 32 bytes for each bit of `position`. */
  readonly frontier: Uint8Array
}

/** How far a place outside has got. */
export interface AnchorReach {
  readonly anchor: string
  readonly seal: number
  readonly anchoredAt: number
}

/** The database refuses to make an import history; nothing was changed. */
export class ImportRefused extends Schema.TaggedError<ImportRefused>()("ImportRefused", {
  message: Schema.String
}) {}

type Read<A> = Effect.Effect<A, StoreUnavailable>

/** What the store keeps beside events so that history can be proved: links, seals, anchors, and imports under way. */
export class SealStore extends Context.Service<
  SealStore,
  {
    /** Events as `chainEvents` reads them, positions above `after`, at most `most`. */
    readonly readChain: (company: string, partition: number, after: number, most: number) => Read<Uint8Array>
    /** Links, 32 bytes each. */
    readonly readLinks: (company: string, partition: number, after: number, most: number) => Read<Uint8Array>
    /** The last seal if there is one, and the database's time, epoch ms. */
    readonly lastSeal: Read<{ readonly seal: StoredSeal | undefined; readonly now: number }>
    /** Seals with a number above `after`, at most `most`. */
    readonly seals: (after: number, most: number) => Read<ReadonlyArray<StoredSeal>>
    /** Of the seals above `after` up to `upto`, by seal, company, partition. */
    readonly sealedPartitions: (after: number, upto: number) => Read<ReadonlyArray<SealedPartition>>
    /** The last row of every partition of seals up to `upto`, by company, partition. */
    readonly sealedBy: (upto: number) => Read<ReadonlyArray<SealedPartition>>
    /** False when another process has written this number. */
    readonly writeSeal: (seal: StoredSeal, partitions: ReadonlyArray<SealedPartition>) => Read<boolean>
    /** The id of this database, a UUID: the same however its host is spelt. */
    readonly installation: Read<string>
    readonly anchors: Read<ReadonlyArray<AnchorReach>>
    readonly noteAnchored: (anchor: string, seal: number) => Read<void>
    /** Puts events aside for an import; those that are there stay. */
    readonly stageEvents: (events: ReadonlyArray<Omit<StoredEvent, "data">>) => Read<void>
    readonly dropStaged: (company: string) => Read<void>
    /** Makes what was staged the history of a company without events; `positions` of its partitions 1, 2, 3… */
    readonly finishImport: (
      company: string,
      positions: ReadonlyArray<number>
    ) => Effect.Effect<void, StoreUnavailable | ImportRefused>
  }
>()("centurion/eventstore/SealStore") {
  static readonly layer = Layer.effect(
    SealStore,
    // biome-ignore lint/complexity/noExcessiveLinesPerFunction: a list of one statement a method, with nothing between them
    Effect.gen(function* () {
      const { query } = yield* Database
      const read = <A>(sql: string, params: ReadonlyArray<unknown>, shape: (row: Row) => A) =>
        query(sql, params).pipe(
          Effect.map((rows) => rows.map(shape)),
          Effect.catch(unavailable)
        )
      const one = <A>(sql: string, params: ReadonlyArray<unknown>, shape: (row: Row) => A) =>
        Effect.map(read(sql, params, shape), (rows) => rows[0] as A)
      const bytes = (row: Row) => (row[0] as Uint8Array | null) ?? new Uint8Array()
      return SealStore.of({
        readChain: (...args) => one("select es.read_chain($1, $2, $3, $4)", args, bytes),
        readLinks: (...args) => one("select es.read_links($1, $2, $3, $4)", args, bytes),
        lastSeal: one("select number, sealed_at, frontier, note, now from es.last_seal()", [], (row) => ({
          seal: row[0] === null ? undefined : storedSeal(row),
          now: Number(row[4])
        })),
        seals: (...args) => read("select * from es.seals($1, $2)", args, storedSeal),
        sealedPartitions: (...args) =>
          read("select * from es.sealed_partitions($1, $2)", args, sealedPartition),
        sealedBy: (upto) => read("select * from es.sealed_by($1)", [upto], sealedPartition),
        writeSeal: (seal, partitions) =>
          one(
            "select es.write_seal($1, $2, $3, $4, $5, $6, $7, $8)",
            [
              seal.number,
              seal.sealedAt,
              seal.frontier,
              seal.note,
              columnOf(
                "text",
                partitions.map(({ company }) => company)
              ),
              columnOf(
                "int",
                partitions.map(({ partition }) => partition)
              ),
              columnOf(
                "float",
                partitions.map(({ position }) => position)
              ),
              columnOf(
                "bytea",
                partitions.map(({ frontier }) => frontier)
              )
            ],
            (row) => row[0] === true
          ),
        installation: one("select es.installation_id()", [], ([id]) => String(id)),
        anchors: read(
          "select anchor, seal, anchored_at from es.anchors()",
          [],
          ([anchor, seal, anchoredAt]) => ({ anchor, seal, anchoredAt }) as AnchorReach
        ),
        noteAnchored: (...args) => one("select es.note_anchored($1, $2)", args, () => undefined),
        stageEvents: (events) => one(stageSql, stageParams(events), () => undefined),
        dropStaged: (company) => one("select es.drop_staged($1)", [company], () => undefined),
        finishImport: (company, positions) =>
          query("select es.finish_import($1, $2, $3)", [
            company,
            positions.length,
            columnOf("float", positions)
          ]).pipe(Effect.asVoid, Effect.catch(importRefusal))
      })
    })
  )
}

const storedSeal = ([number, sealedAt, frontier, note]: Row) =>
  ({ number, sealedAt, frontier, note }) as StoredSeal

const sealedPartition = ([seal, company, partition, position, frontier]: Row) =>
  ({ seal, company, partition, position, frontier }) as SealedPartition

const arrayOid = { text: 1009, int: 1007, float: 1022, bytea: 1001 } as const

const columnOf = (type: keyof typeof arrayOid, value: ReadonlyArray<unknown>): Parameter => ({
  [ParameterTypeId]: ParameterTypeId,
  oid: arrayOid[type],
  value
})

/** The arguments of `es.stage_events`, in order. */
const stagedColumns = [
  ["text", "company"],
  ["int", "partition"],
  ["float", "position"],
  ["text", "stream"],
  ["float", "version"],
  ["text", "kind"],
  ["text", "type"],
  ["int", "schemaVersion"],
  ["text", "dataText"],
  ["bytea", "sealed"],
  ["bytea", "sealedHash"],
  ["text", "keyId"],
  ["float", "occurredAt"],
  ["float", "recordedAt"],
  ["text", "causation"],
  ["text", "correlation"],
  ["text", "principal"],
  ["text", "machineVersion"],
  ["bytea", "payloadHash"],
  ["bytea", "link"]
] as const satisfies ReadonlyArray<readonly [keyof typeof arrayOid, keyof StoredEvent]>

const stageSql = `select es.stage_events(${stagedColumns.map((_, n) => `$${n + 1}`).join(", ")})`

const stageParams = (events: ReadonlyArray<Omit<StoredEvent, "data">>) =>
  stagedColumns.map(([type, field]) =>
    columnOf(
      type,
      events.map((event) => event[field])
    )
  )

const unavailable = (error: DatabaseError): Effect.Effect<never, StoreUnavailable> =>
  error.isOfData
    ? Effect.die(error)
    : Effect.fail(
        new StoreUnavailable({
          message: `the database did not answer: ${error.message}`,
          mayHaveHappened: true
        })
      )

const importRefusal = (error: DatabaseError): Effect.Effect<never, StoreUnavailable | ImportRefused> =>
  error.isOfData || error.code.startsWith(refusedByUs)
    ? Effect.fail(new ImportRefused({ message: error.message }))
    : unavailable(error)

/** How the codes of our own functions begin. */
const refusedByUs = "CE"
