import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { storedEventJson } from "../resources/stored-event-json.ts"
import { cut, plain, timeOf } from "./terminal.ts"

/**
 * An event as `--json` writes it: as everybody sees it, and what only those see who have the store: why personal data is
 * withheld, the data as it was stored, and what the chain is made of, bytes as hex.
 */
export const eventAsJson = (event: StoredEvent) => ({
  company: event.company,
  ...storedEventJson(event),
  withheldWhy: event.withheld ?? null,
  schemaVersion: event.schemaVersion,
  dataText: event.dataText,
  keyId: event.keyId,
  sealed: hexOf(event.sealed),
  sealedHash: hexOf(event.sealedHash),
  payloadHash: hexOf(event.payloadHash),
  link: hexOf(event.link)
})

const hexOf = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString("hex"))

const typeColumns = 22
const dataColumnsMin = 12

/** One line: time, place, kind, type, data as far as there is room, who. */
export const eventLine = (event: StoredEvent, place: string, columns: number): string => {
  const { recordedAt, kind, type, data, principal } = event
  const head = `${timeOf(recordedAt)}  ${place}  ${kind.padEnd(7)}  ${plain(type).padEnd(typeColumns)}  `
  const who = plain(principal)
  const mark = event.withheld === undefined ? "" : `[personal data ${event.withheld}] `
  const text = plain(mark + JSON.stringify(data))
  const room = Math.max(dataColumnsMin, columns - head.length - who.length - 2)
  return `${head}${room === Number.POSITIVE_INFINITY ? text : cut(text, room).padEnd(room)}  ${who}`
}
