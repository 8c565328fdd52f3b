import { createReadStream } from "node:fs"
import { createGunzip } from "node:zlib"
import type { StoredEvent } from "../log/stored-event.ts"
import type { PartitionEnd } from "./chain-check.ts"
import type { ChainEvent } from "./chain-event.ts"
import type { CompanySeal } from "./seal-proof.ts"

/**
 * The lines of an export: a header, the events of partition 1, 2, 3… in order, and the signed manifest. Every line is
 * one JSON object; an event's begins with the very text that the chain hashes.
 */
export interface ExportHeader {
  readonly centurion: "export"
  readonly version: 1
  readonly company: string
  readonly partitions: number
  /** Null when nothing of the company is sealed. */
  readonly seal: CompanySeal | null
}

/** What the manifest signs: where each partition ends, and the SHA-256 of all lines before it. */
export interface Manifest {
  readonly company: string
  readonly ends: ReadonlyArray<PartitionEnd>
  readonly events: number
  readonly sha256: string
}

/** A line of an export is not as it must be. */
export class WrongLine extends Error {
  constructor(why: string) {
    super(why)
    this.name = "WrongLine"
  }
}

const newline = 0x0a
const readBytes = 1024 * 1024
/** An event may have 16 MiB, and escapes; a line beyond that is none of ours. */
const lineMaxBytes = 256 * 1024 * 1024

const [beforeLeaf, beforeData, beforeSealed, beforeLink] = ['{"leaf":', ',"data":', ',"sealed":', ',"link":"']
const leafEnd = Buffer.from(`]${beforeData}`)
const linkDigits = 64
const tailBytes = beforeLink.length + linkDigits + '"}'.length

/** The line of an event, newline included. */
export const eventLine = ({ leaf, data, sealedHash, sealed, link }: ChainEvent): Buffer => {
  const sealedText =
    sealedHash === null
      ? "null"
      : JSON.stringify({ hash: sealedHash.toString("hex"), text: sealed?.toString("base64") ?? null })
  return Buffer.concat([
    Buffer.from(beforeLeaf),
    leaf,
    Buffer.from(beforeData),
    data,
    Buffer.from(`${beforeSealed}${sealedText}${beforeLink}${link.toString("hex")}"}\n`)
  ])
}

/** An event of an export: as the chain sees it, and with the columns that the leaf has. */
export interface ExportedEvent extends ChainEvent {
  readonly company: string
  readonly partition: number
  readonly columns: ReadonlyArray<unknown>
}

/** Reads a line that `eventLine` wrote; throws `WrongLine`. */
export const parseEventLine = (line: Buffer): ExportedEvent => {
  const endOfLeaf = line.indexOf(leafEnd)
  const startOfTail = line.length - tailBytes
  const startOfSealed = line.lastIndexOf(beforeSealed, startOfTail)
  const startOfData = endOfLeaf + leafEnd.length
  if (
    endOfLeaf < 0 ||
    startOfSealed < startOfData ||
    !isText(line, 0, beforeLeaf) ||
    !isText(line, startOfTail, beforeLink)
  ) {
    throw new WrongLine("it is no line of an event")
  }
  const leaf = line.subarray(beforeLeaf.length, endOfLeaf + 1)
  const columns = JSON.parse(leaf.toString()) as ReadonlyArray<unknown>
  const sealed = JSON.parse(line.toString("latin1", startOfSealed + beforeSealed.length, startOfTail)) as {
    readonly hash: string
    readonly text: string | null
  } | null
  return {
    company: columns[0] as string,
    partition: columns[1] as number,
    columns,
    position: columns[2] as number,
    stream: columns[3] as string,
    version: columns[4] as number,
    payloadHash: columns[8] as string,
    hasKey: columns[9] !== null,
    recordedAt: columns[11] as number,
    leaf,
    data: line.subarray(startOfData, startOfSealed),
    sealedHash: sealed && Buffer.from(sealed.hash, "hex"),
    sealed: sealed?.text == null ? null : Buffer.from(sealed.text, "base64"),
    link: Buffer.from(line.toString("latin1", startOfTail + beforeLink.length, line.length - 2), "hex")
  }
}

const isText = (line: Buffer, at: number, text: string) =>
  line.toString("latin1", at, at + text.length) === text

/** The event as it is stored, without its data taken apart. */
export const storedOf = (event: ExportedEvent): Omit<StoredEvent, "data"> => {
  const [company, partition, position, stream, version, kind, type, schemaVersion] = event.columns
  const [payloadHash, keyId, occurredAt, recordedAt, causation, correlation, principal, machineVersion] =
    event.columns.slice(8)
  return {
    company,
    partition,
    position,
    stream,
    version,
    kind,
    type,
    schemaVersion,
    dataText: event.data.toString(),
    sealed: event.sealed,
    sealedHash: event.sealedHash,
    keyId,
    occurredAt,
    recordedAt,
    causation,
    correlation,
    principal,
    machineVersion,
    payloadHash: Buffer.from(payloadHash as string, "hex"),
    link: event.link
  } as Omit<StoredEvent, "data">
}

const manifestTitle = "centurion export 1"

/** The text that a manifest's note signs. */
export const manifestText = ({ company, ends, events, sha256 }: Manifest): string =>
  [
    manifestTitle,
    company,
    `events ${events}`,
    ...ends.map(({ partition, position, head }) => `partition ${partition} ${position} ${hexOf(head)}`),
    `sha256 ${sha256}`,
    ""
  ].join("\n")

/** Reads the text of a manifest; undefined when it is none. */
export const parseManifest = (text: string): Manifest | undefined => {
  const lines = text.split("\n")
  const [title, company = "", events = ""] = lines
  const sha256 = /^sha256 ([0-9a-f]{64})$/.exec(lines.at(-2) ?? "")?.[1]
  const ends = lines.slice(3, -2).map((line) => {
    const [, partition, position, head] = /^partition (\d+) (\d+) ([0-9a-f]{64})$/.exec(line) ?? []
    return {
      company,
      partition: Number(partition),
      position: Number(position),
      head: Buffer.from(head ?? "", "hex")
    }
  })
  const manifest = { company, ends, events: Number(/^events (\d+)$/.exec(events)?.[1]), sha256: sha256 ?? "" }
  return title === manifestTitle && manifestText(manifest) === text ? manifest : undefined
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

/** Whether the name says that the file is compressed. */
export const isGzip = (path: string): boolean => path.endsWith(".gz")

/** The lines of a file without their newlines, as many at once as were read; `onRead` hears of every byte of the file. */
export async function* exportLines(
  path: string,
  onRead: (bytes: number) => void
): AsyncGenerator<ReadonlyArray<Buffer>, void> {
  const file = createReadStream(path, { highWaterMark: readBytes })
  file.on("data", (chunk) => onRead(chunk.length))
  const source = isGzip(path) ? file.pipe(createGunzip({ chunkSize: readBytes })) : file
  file.on("error", (error) => source.destroy(error))
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const lines: Array<Buffer> = []
    let from = 0
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      lines.push(bytes.subarray(from, end))
      from = end + 1
    }
    rest = bytes.subarray(from)
    if (rest.length > lineMaxBytes) throw new WrongLine("a line has no end")
    if (lines.length > 0) yield lines
  }
  if (rest.length > 0) throw new WrongLine("it ends within a line")
}
