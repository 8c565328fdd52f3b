#!/usr/bin/env node
// Checks a proof that `centurion prove` wrote, offline and with nothing but Node: that an event is in the history that
// a signed seal stands for. What it computes is described in docs/reference/seals.md.
//
//   node check-proof.mjs proof.json <public key, as `centurion seals` shows it, or a file with it>
import { createHash, createPublicKey, verify } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"

class NotProved extends Error {}

const must = (holds, why) => {
  if (!holds) throw new NotProved(why)
}

const sha256 = (...parts) => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const bytes = (hex) => {
  must(typeof hex === "string" && /^([0-9a-f]{2})*$/.test(hex), "a hash is not in hexadecimal")
  return Buffer.from(hex, "hex")
}

/** The root that a leaf and its inclusion path lead to (RFC 9162, section 2.1.3.2), as hexadecimal. */
const rootOf = (leaf, { index, size, path }) => {
  must(Number.isSafeInteger(index) && index >= 0 && index < size, "a leaf has no place in its tree")
  let [place, last, hash] = [BigInt(index), BigInt(size) - 1n, sha256(Buffer.of(0), leaf)]
  for (const other of path.map(bytes)) {
    must(last > 0n, "a path is too long")
    if (place % 2n === 1n || place === last) {
      hash = sha256(Buffer.of(1), other, hash)
      while (place % 2n === 0n && place !== 0n) [place, last] = [place / 2n, last / 2n]
    } else {
      hash = sha256(Buffer.of(1), hash, other)
    }
    ;[place, last] = [place / 2n, last / 2n]
  }
  must(last === 0n, "a path is too short")
  return hash.toString("hex")
}

/** A public key as `name+id+base64`. */
const readKey = (text) => {
  const [, name, id, base64] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? []
  const raw = Buffer.from(base64 ?? "", "base64")
  must(
    name !== undefined && raw.length === 33 && raw[0] === 1,
    "the public key looks like name+1a2b3c4d+base64"
  )
  must(
    sha256(`${name}\n`, raw).toString("hex", 0, 4) === id,
    "the public key is not whole: its id does not fit"
  )
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw.subarray(1)])
  return { name, id, key: createPublicKey({ key: der, format: "der", type: "spki" }) }
}

/** The checkpoint in a note that the key has signed. */
const openNote = (note, { name, id, key }) => {
  const split = note.lastIndexOf("\n\n")
  must(split > 0 && note.endsWith("\n"), "the note is not whole")
  const text = note.slice(0, split + 1)
  const signatures = note
    .slice(split + 2, -1)
    .split("\n")
    .map((line) => line.split(" "))
  const ours = signatures
    .filter(([dash, by]) => dash === "—" && by === name)
    .map(([, , base64]) => Buffer.from(base64 ?? "", "base64"))
    .filter((signature) => signature.toString("hex", 0, 4) === id)
  must(ours.length > 0, `the note is not signed by ${name}+${id}: this is another public key`)
  must(
    ours.every((signature) => verify(null, Buffer.from(text), key, signature.subarray(4))),
    "the signature does not fit the note"
  )
  const [origin, size, root] = text.split("\n")
  must(origin === name, "the note is of another log")
  return { size: Number(size), root: Buffer.from(root, "base64").toString("hex") }
}

const checkEvent = ({ leaf, previousLink, link, data, sealedHash }) => {
  must(sha256(bytes(previousLink), leaf).toString("hex") === link, "the event is not what its link says")
  const columns = JSON.parse(leaf)
  if (data !== undefined) {
    const clear = sha256(data)
    const payload = sealedHash == null ? clear : sha256(Buffer.of(1), clear, bytes(sealedHash))
    must(payload.toString("hex") === columns[8], "the data is not what the event's payload hash says")
  }
  return columns
}

/** What a proof proves; throws when it proves nothing. */
const checkProof = (proof, key) => {
  must(proof?.centurion === "proof" && proof.version === 1, "this is no proof of centurion, version 1")
  const { event, steps, note } = proof
  const [company, partition, position, stream, version, kind, type, , , , occurredAt, recordedAt] =
    checkEvent(event)
  must(steps.length === 4, "there are not four steps")
  const [ofLink, ofPartition, ofCompany, ofSeal] = steps
  must(ofLink.leaf === event.link && ofLink.index === position - 1, "the first step is of another event")
  const linkRoot = rootOf(bytes(ofLink.leaf), ofLink)
  const partitionLeaf = JSON.stringify([company, partition, ofLink.size, linkRoot])
  must(ofPartition.leaf === partitionLeaf, "the second step is not of the event's partition")
  const companyLeaf = JSON.stringify([company, rootOf(ofPartition.leaf, ofPartition)])
  must(ofCompany.leaf === companyLeaf, "the third step is not of the event's company")
  const [seal, sealedAt, root] = JSON.parse(ofSeal.leaf)
  must(rootOf(ofCompany.leaf, ofCompany) === root, "the fourth step is not of a seal over this company")
  const head = openNote(note, key)
  must(ofSeal.index === seal - 1 && ofSeal.size === head.size, "the fourth step is of another seal")
  must(rootOf(ofSeal.leaf, ofSeal) === head.root, "the note is of another history")
  const time = (ms) => new Date(ms).toISOString()
  return [
    `proved: ${company}/${stream}@${version} is ${kind} event "${type}" at position ${position} of partition ${partition}`,
    `  recorded ${time(recordedAt)}, occurred ${time(occurredAt)}`,
    `  sealed by seal ${seal} at ${time(sealedAt)}, in the log of ${head.size} seals signed by ${key.name}+${key.id}`,
    event.data === undefined
      ? "  its data is not in the proof, only its hash"
      : `  its clear data: ${event.data}`
  ]
}

const main = ([file, keyText]) => {
  if (file === undefined || keyText === undefined) {
    console.error("node check-proof.mjs <proof.json> <public key or its file>")
    return 2
  }
  try {
    const key = readKey(existsSync(keyText) ? readFileSync(keyText, "utf8") : keyText)
    console.log(checkProof(JSON.parse(readFileSync(file, "utf8")), key).join("\n"))
    return 0
  } catch (error) {
    console.error(
      `not proved: ${error instanceof NotProved ? error.message : `the proof can't be read: ${error.message}`}`
    )
    return 1
  }
}

process.exitCode = main(process.argv.slice(2))
