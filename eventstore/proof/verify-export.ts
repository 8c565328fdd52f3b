import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { parseAnchor } from "./anchor.ts"
import { anchorPath, readAnchorFile } from "./anchor-directory.ts"
import { openNote } from "./checkpoint-note.ts"
import { type Damage, damageOfSeal } from "./damage.ts"
import {
  type ExportedEvent,
  type ExportHeader,
  exportLines,
  type Manifest,
  parseEventLine,
  parseManifest,
  WrongLine
} from "./export-file.ts"
import { openCompanySeal } from "./seal-proof.ts"
import type { VerifiedHistory, VerifyTrust } from "./verify.ts"
import { type Claim, PartitionCheck } from "./verify-partition.ts"

/** The file can't be read at all. */
export class NoExport extends Schema.TaggedError<NoExport>()("NoExport", { message: Schema.String }) {}

/** What was found in an export. */
export interface VerifiedExport extends VerifiedHistory {
  readonly company: string
  /** Where the manifest says that each partition ends; undefined without a manifest. */
  readonly manifest: Manifest | undefined
}

/** What else is done with events whose chain is whole; they are not known to be complete before the end. */
export type TakeEvents<E, R> = (events: ReadonlyArray<ExportedEvent>) => Effect.Effect<void, E, R>

const damageOfFile = (line: number, message: string, kind: Damage["kind"] = "file"): Damage => ({
  company: null,
  partition: null,
  position: null,
  stream: null,
  version: null,
  kind,
  message: `line ${line}: ${message}`
})

/** Checks all of an export: its chains, its seal, that seal's anchor, its manifest. `onRead` hears of bytes read. */
export const verifyExport = Effect.fnUntraced(function* <E = never, R = never>(
  path: string,
  trust: VerifyTrust,
  onRead: (bytes: number) => void = () => {},
  take: TakeEvents<E, R> = () => Effect.void
) {
  const lines = exportLines(path, onRead)
  const reader = new ExportReader(trust)
  while (true) {
    const read = yield* Effect.tryPromise({
      try: () => lines.next(),
      catch: (cause) => cause
    }).pipe(
      Effect.catch((cause) =>
        isUnreadable(cause) ? noExport(path, cause) : Effect.succeed(reader.broke(cause))
      )
    )
    if (read === undefined || read.done === true) break
    for (const events of reader.split(read.value)) {
      const whole = yield* reader.check(events)
      if (whole) yield* take(events)
    }
    if (reader.stopped) break
  }
  yield* Effect.promise(() => lines.return())
  const anchored = yield* anchoredSeal(reader, trust.anchors)
  return reader.result(anchored)
})

const isUnreadable = (cause: unknown) =>
  ["ENOENT", "EACCES", "EISDIR"].includes((cause as NodeJS.ErrnoException | null)?.code ?? "")

const noExport = (path: string, cause: unknown) =>
  Effect.fail(new NoExport({ message: `${path} can't be read: ${(cause as Error).message}` }))

/** Compares the export's seal with the anchored one of the same number, if there is one. */
const anchoredSeal = Effect.fnUntraced(function* (reader: ExportReader, directory: string | undefined) {
  const { sealNumber: number, header } = reader
  if (directory === undefined || number === undefined || header?.seal == null) return 0
  const text = yield* Effect.promise(() => readAnchorFile(anchorPath(directory, number)))
  if (text === undefined) return 0
  if (parseAnchor(text)?.note !== header.seal.note) {
    const message = `the anchored seal ${number} in ${directory} is another than the export's`
    reader.damages.push(damageOfSeal(number, "anchor", message))
  }
  return 1
})

/** Takes the lines of an export one after the other. */
class ExportReader {
  readonly damages: Array<Damage> = []
  header: ExportHeader | undefined
  sealNumber: number | undefined
  /** Nothing after this can be judged. */
  stopped = false
  private readonly trust: VerifyTrust
  private readonly sha256 = createHash("sha256")
  private readonly claims = new Map<number, ReadonlyArray<Claim>>()
  private readonly ends = new Map<number, { position: number; head: Uint8Array }>()
  private current: { readonly partition: number; readonly check: PartitionCheck } | undefined
  private manifest: Manifest | undefined
  private line = 0
  private events = 0

  constructor(trust: VerifyTrust) {
    this.trust = trust
  }

  /** The events among these lines, those of one partition together; other lines are taken at once. */
  *split(lines: ReadonlyArray<Buffer>): Generator<ReadonlyArray<ExportedEvent>> {
    let events: Array<ExportedEvent> = []
    for (const line of lines) {
      if (this.stopped) return
      this.line += 1
      const event = this.take(line)
      if (event === undefined) continue
      if (events.length > 0 && events[0]!.partition !== event.partition) {
        yield events
        events = []
      }
      events.push(event)
    }
    if (events.length > 0) yield events
  }

  private take(line: Buffer): ExportedEvent | undefined {
    if (this.manifest !== undefined) return this.stop("something stands after the manifest")
    try {
      if (this.header === undefined) this.takeHeader(JSON.parse(line.toString()))
      else if (line.subarray(0, manifestStart.length).equals(manifestStart)) return this.takeManifest(line)
      else return this.takeEvent(parseEventLine(line), line)
    } catch (error) {
      return this.stop(error instanceof WrongLine ? error.message : "it is no line of an export")
    }
    this.hash(line)
    return undefined
  }

  private hash(line: Uint8Array) {
    this.sha256.update(line).update("\n")
  }

  private takeHeader(header: ExportHeader) {
    if (header.centurion !== "export" || header.version !== 1 || !Number.isInteger(header.partitions)) {
      throw new WrongLine("it is no export of centurion, version 1")
    }
    this.header = header
    if (header.seal === null) return
    const seal = openCompanySeal(header.company, header.seal, this.trust.keys)
    if (typeof seal === "string") {
      this.damages.push(damageOfFile(this.line, `its seal is not whole: ${seal}`, "seal"))
      return
    }
    this.sealNumber = seal.number
    if (seal.opened.state === "unknownKey") {
      const message = `its seal is signed by ${seal.opened.by.join(", ")}, a key that is not trusted here`
      this.damages.push(damageOfFile(this.line, message, "signature"))
    }
    for (const { partition, position, root } of seal.reaches) {
      this.claims.set(partition, [{ seal: seal.number, position, root }])
    }
  }

  private takeEvent(event: ExportedEvent, line: Buffer): ExportedEvent {
    const { company, partitions } = this.header!
    const from = this.current?.partition ?? 1
    if (event.company !== company || event.partition < from || event.partition > partitions) {
      throw new WrongLine(`an event of ${event.company}, partition ${event.partition}, does not belong here`)
    }
    this.hash(line)
    return event
  }

  private takeManifest(line: Buffer): undefined {
    const opened = openNote(JSON.parse(line.toString()).manifest, this.trust.keys)
    const manifest = opened.state === "wrong" ? undefined : parseManifest(opened.text)
    if (opened.state === "wrong" || manifest === undefined) {
      return this.stop(`the manifest is not whole${opened.state === "wrong" ? `: ${opened.why}` : ""}`)
    }
    this.manifest = manifest
    if (opened.state === "unknownKey") {
      const message = `the manifest is signed by ${opened.by.join(", ")}, a key that is not trusted here`
      this.damages.push(damageOfFile(this.line, message, "signature"))
    }
    if (manifest.sha256 !== this.sha256.digest("hex") || manifest.company !== this.header!.company) {
      this.damages.push(
        damageOfFile(this.line, "the lines before are not those that the manifest was signed for")
      )
    }
    return undefined
  }

  /** False when damage shows at these events of one partition. */
  check = Effect.fnUntraced(function* (this: ExportReader, events: ReadonlyArray<ExportedEvent>) {
    const { partition, company } = events[0]!
    if (this.current?.partition !== partition) {
      this.finishPartition()
      // Where it ends is only known from the manifest, which comes last.
      const end = { company, partition, position: 0, head: new Uint8Array() }
      const claims = this.claims.get(partition) ?? []
      const check = new PartitionCheck(end, claims, () => Effect.undefined, Number.POSITIVE_INFINITY)
      this.current = { partition, check }
    }
    const damage = yield* this.current!.check.take(events)
    if (damage !== undefined) {
      this.damages.push(damage)
      this.stopped = true
      return false
    }
    const last = events.at(-1)!
    this.ends.set(partition, { position: last.position, head: last.link })
    this.events += events.length
    return true
  })

  private finishPartition() {
    const left = this.current?.check.unreached()
    if (left !== undefined) this.damages.push(left)
  }

  /** The file broke off. */
  broke(cause: unknown): undefined {
    return this.stop(`the export is cut short or altered: ${(cause as Error).message}`)
  }

  private stop(message: string): undefined {
    this.damages.push(damageOfFile(this.line, message))
    this.stopped = true
    return undefined
  }

  result(anchored: number): VerifiedExport {
    if (!this.stopped) this.finish()
    const covered = [...this.claims.values()].reduce((sum, [claim]) => sum + (claim?.position ?? 0), 0)
    return {
      ok: this.damages.length === 0,
      company: this.header?.company ?? "",
      partitions: this.header?.partitions ?? 0,
      events: this.events,
      seals: this.sealNumber === undefined ? 0 : 1,
      anchored,
      unsealed: Math.max(0, this.events - covered),
      damages: this.damages,
      manifest: this.manifest
    }
  }

  private finish() {
    this.finishPartition()
    if (this.manifest === undefined) {
      this.stop("the export is cut short: it has no manifest at its end")
      return
    }
    const { company, ends } = this.manifest
    for (const { partition, position, head } of ends) {
      const end = this.ends.get(partition) ?? { position: 0, head: new Uint8Array(32) }
      if (end.position === position && Buffer.compare(end.head, head) === 0) continue
      const message = `the manifest says that it ends at position ${position}, and it ends at ${end.position}`
      const at = {
        company,
        partition,
        position: Math.min(position, end.position) + 1,
        stream: null,
        version: null
      }
      this.damages.push({ ...at, kind: "head", message })
    }
  }
}

const manifestStart = Buffer.from('{"manifest":')
