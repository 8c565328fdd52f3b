import type { JsonObject } from "../database/json.ts"
import {
  type AssociatedData,
  decrypt,
  eventPlace,
  type StoredText,
  type SubjectKey
} from "./encrypted-text.ts"
import { putTogether } from "./personal-data.ts"
import type { NoKey } from "./subject-keys.ts"

/** What of an event its opening needs. */
interface Sealable {
  readonly company: string
  readonly stream: string
  readonly version: number
  readonly type: string
  readonly data: JsonObject
  readonly sealed: Uint8Array | null
  readonly keyId: string | null
}

/** The event with its personal data, or the reason why it is missing. Throws `SealBroken`. */
export const openEvent = <Event extends Sealable>(event: Event, key: SubjectKey | NoKey): Event => {
  if (event.keyId === null) return event
  if (event.sealed === null) return { ...event, withheld: "erased" }
  if (typeof key === "string") return { ...event, withheld: key }
  const personal = JSON.parse(decrypt(key, eventPlace(event), event.sealed)) as JsonObject
  return { ...event, data: putTogether(event.data, personal) }
}

/** The text of a job, a message or a snapshot; undefined when its key is not to be had. Throws `SealBroken`. */
export const openText = (
  text: StoredText,
  place: AssociatedData,
  key: SubjectKey | NoKey | undefined
): string | undefined => {
  if (typeof text === "string") return text
  return key === undefined || typeof key === "string" ? undefined : decrypt(key, place, text.bytes)
}

/** Where a job's input is bound to. */
export const jobPlace = (of: { company: string; stream: string; job: string }): AssociatedData => [
  of.company,
  of.stream,
  of.job,
  "job"
]

/** Where what a job failed with is bound to. */
export const jobMessagePlace = (of: { company: string; stream: string; job: string }): AssociatedData => [
  of.company,
  of.stream,
  of.job,
  "jobMessage"
]

/** Where a message to another actor is bound to. */
export const messagePlace = (of: {
  company: string
  stream: string
  version: number
  number: number
}): AssociatedData => [of.company, of.stream, of.version, of.number, "message"]

/** Where a snapshot is bound to. */
export const snapshotPlace = (of: { company: string; stream: string; version: number }): AssociatedData => [
  of.company,
  of.stream,
  of.version,
  "snapshot"
]
