import { createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto"

/**
 * Signed notes and checkpoints as C2SP writes them down (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), with Ed25519
 * signatures (type 0x01).
 */

/** A public key with the name that its signatures carry. */
export interface VerifierKey {
  readonly name: string
  /** First four bytes of `SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key)`, as hex. */
  readonly id: string
  readonly key: KeyObject
}

const ed25519 = 1
/** What stands before the 32 bytes of an Ed25519 public key in its DER form (RFC 8410). */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex")
const nameShape = /^[^\s+\p{Cc}]{1,200}$/u
const noteMaxChars = 64 * 1024
const signaturesMax = 16

/** Whether a key may have this name: no spaces, no plus, 1 to 200 characters. */
export const isKeyName = (name: string): boolean => nameShape.test(name)

/** The public half of an Ed25519 key, for notes signed under this name. */
export const verifierKeyOf = (name: string, key: KeyObject): VerifierKey => {
  const publicKey = key.type === "private" ? createPublicKey(key) : key
  return { name, id: idOf(name, rawOf(publicKey)), key: publicKey }
}

/** `name+id+base64(0x01 ‖ public key)`: what a stranger needs to check a note. */
export const verifierKeyText = ({ name, id, key }: VerifierKey): string =>
  `${name}+${id}+${Buffer.concat([Buffer.of(ed25519), rawOf(key)]).toString("base64")}`

/** Reads what `verifierKeyText` gives; undefined when it is no such key. */
export const parseVerifierKey = (text: string): VerifierKey | undefined => {
  const [, name = "", id = "", base64 = ""] =
    /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ?? []
  const bytes = bytesOf(base64)
  if (!isKeyName(name) || bytes?.length !== 33 || bytes[0] !== ed25519) return undefined
  const raw = bytes.subarray(1)
  if (idOf(name, raw) !== id) return undefined
  return {
    name,
    id,
    key: createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: "der", type: "spki" })
  }
}

const rawOf = (key: KeyObject): Buffer => key.export({ format: "der", type: "spki" }).subarray(-32)

/** Bytes have one text only: spare bits of the last letter must be zero, or a changed letter would go unseen. */
const bytesOf = (base64: string): Buffer | undefined => {
  const bytes = Buffer.from(base64, "base64")
  return bytes.toString("base64") === base64 ? bytes : undefined
}

const idOf = (name: string, raw: Uint8Array): string =>
  hash("sha256", Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ed25519), raw]), "hex").slice(0, 8)

/** The note of a text that ends in a newline. */
export const signNote = (text: string, name: string, privateKey: KeyObject): string => {
  const { id } = verifierKeyOf(name, privateKey)
  const signature = Buffer.concat([Buffer.from(id, "hex"), sign(null, Buffer.from(text), privateKey)])
  return `${text}\n— ${name} ${signature.toString("base64")}\n`
}

/** A note that was looked at with the keys at hand. */
export type OpenedNote =
  | { readonly state: "signed"; readonly text: string; readonly by: VerifierKey }
  /** Well formed, by keys that are not at hand; `by` names them. */
  | { readonly state: "unknownKey"; readonly text: string; readonly by: ReadonlyArray<string> }
  /** No note, or the signature of a known key does not fit. */
  | { readonly state: "wrong"; readonly why: string }

/** Looks for a signature of a known key; one that does not fit makes the whole note wrong. */
export const openNote = (note: string, keys: ReadonlyArray<VerifierKey>): OpenedNote => {
  const split = note.lastIndexOf("\n\n")
  if (note.length > noteMaxChars || split < 0 || !note.endsWith("\n")) {
    return { state: "wrong", why: "it is no signed note" }
  }
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split("\n")
  const signatures = lines.map((line) => /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u.exec(line))
  if (lines.length > signaturesMax || signatures.includes(null)) {
    return { state: "wrong", why: "its signature lines are not as they must be" }
  }
  const strangers: Array<string> = []
  let by: VerifierKey | undefined
  for (const [, name, base64] of signatures as Array<RegExpExecArray>) {
    const bytes = bytesOf(base64!)
    if (bytes === undefined) return { state: "wrong", why: `the signature of ${name} is not in base64` }
    const id = bytes.subarray(0, 4).toString("hex")
    const known = keys.find((key) => key.name === name && key.id === id)
    if (known === undefined) strangers.push(`${name}+${id}`)
    else if (verify(null, Buffer.from(text), known.key, bytes.subarray(4))) by ??= known
    else return { state: "wrong", why: `the signature of ${name}+${id} does not fit the text` }
  }
  return by === undefined ? { state: "unknownKey", text, by: strangers } : { state: "signed", text, by }
}

/** The head of a log: how many leaves, and their root. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

/** The text of a checkpoint note. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString("base64")}\n`

/** Reads the text of a checkpoint note; lines after the third say nothing to us. Undefined when it is none. */
export const parseCheckpoint = (text: string): Checkpoint | undefined => {
  const [origin = "", size = "", base64 = ""] = text.split("\n")
  const root = bytesOf(base64)
  if (origin === "" || !/^(0|[1-9]\d{0,14})$/.test(size) || root?.length !== 32) return undefined
  return { origin, size: Number(size), root }
}
