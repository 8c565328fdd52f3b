import { createSecretKey, randomBytes } from "node:crypto"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type AssociatedData,
  decrypt,
  encrypt,
  encryptIf,
  eventPlace,
  keptBytes,
  keptText,
  randomNonces,
  SealBroken,
  type SubjectKey
} from "../../../eventstore/personal/encrypted-text.ts"

const keyOf = (subject: string): SubjectKey => ({
  keyId: `key of ${subject}`,
  subject,
  key: createSecretKey(randomBytes(32)),
  nonce: randomNonces()
})
const ana = keyOf("lead/ana")
const place: AssociatedData = ["acme", "lead/ana", 3, "LeadSpoke"]
const text = "Oi, aqui é a Ana 👋"

describe("a sealed text", () => {
  it("opens to what it was, whatever it was and wherever it stands", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.array(fc.oneof(fc.string(), fc.nat()), { maxLength: 5 }),
        (said, where) => {
          expect(decrypt(ana, where, encrypt(ana, where, said))).toBe(said)
        }
      )
    )
  })

  it("shows nothing of what it says, and is 28 bytes longer", () => {
    const sealed = encrypt(ana, place, text)
    expect(sealed.length).toBe(Buffer.byteLength(text) + 28)
    expect(sealed.includes("Ana")).toBe(false)
  })

  it.each([
    ["another company", ["other", "lead/ana", 3, "LeadSpoke"]],
    ["another stream", ["acme", "lead/bia", 3, "LeadSpoke"]],
    ["another version", ["acme", "lead/ana", 4, "LeadSpoke"]],
    ["another type", ["acme", "lead/ana", 3, "LeadAnswered"]],
    ["a number that became a word", ["acme", "lead/ana", "3", "LeadSpoke"]],
    ["words that run together", ["acme", "lead/ana3", "LeadSpoke"]],
    ["no place at all", []]
  ] as const)("does not open in %s", (_, elsewhere) => {
    expect(() => decrypt(ana, elsewhere, encrypt(ana, place, text))).toThrow(SealBroken)
  })

  it("does not open under another key, and says where it stands and not what it says", () => {
    const sealed = encrypt(ana, place, text)
    expect(() => decrypt(keyOf("lead/ana"), place, sealed)).toThrow(
      new SealBroken(["acme", "lead/ana", 3, "LeadSpoke"])
    )
    expect(new SealBroken(place).message).toBe(
      "the sealed data of acme lead/ana 3 LeadSpoke can't be opened: it was altered, or belongs elsewhere"
    )
  })

  it("does not open with any one bit of it changed, nor cut short, nor longer", () => {
    const sealed = encrypt(ana, place, text)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Buffer.from(sealed)
      altered[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => decrypt(ana, place, altered), `bit ${bit}`).toThrow(SealBroken)
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(() => decrypt(ana, place, sealed.subarray(0, length)), `${length} bytes`).toThrow(SealBroken)
    }
    expect(() => decrypt(ana, place, Buffer.concat([sealed, Buffer.from([0])]))).toThrow(SealBroken)
  })

  it("never has the nonce of another one", () => {
    const key = keyOf("lead/ana")
    const other = keyOf("lead/bia")
    const nonces = new Set<string>()
    const many = 5000
    for (let n = 0; n < many; n++) {
      for (const each of [key, other]) nonces.add(encrypt(each, place, text).subarray(0, 12).toString("hex"))
    }
    expect(nonces.size).toBe(2 * many)
  })

  it("keeps its nonce when the pool it came from is filled again", () => {
    const nonce = randomNonces()
    const first = nonce()
    const before = Buffer.from(first).toString("hex")
    for (let n = 0; n < 3000; n++) nonce()
    expect(Buffer.from(first).toString("hex")).toBe(before)
  })
})

describe("a text on its way into the store", () => {
  it("is clear without a key, and sealed with one", () => {
    expect(encryptIf(undefined, place, text)).toBe(text)
    const sealed = encryptIf(ana, place, text)
    expect(sealed).toEqual({ keyId: "key of lead/ana", bytes: expect.any(Uint8Array) })
    expect(typeof sealed === "object" && decrypt(ana, place, sealed.bytes)).toBe(text)
  })

  it("comes back from its row as it went in, also out of the middle of a larger buffer", () => {
    for (const each of [text, "", encryptIf(ana, place, text)]) {
      const [bytes, keyId] = keptBytes(each)
      const row = new Uint8Array(bytes.length + 20)
      row.set(bytes, 7)
      const back = keptText(row.subarray(7, 7 + bytes.length), keyId)
      expect(typeof back === "string" ? back : [back.keyId, Buffer.from(back.bytes)]).toEqual(
        typeof each === "string" ? each : [each.keyId, Buffer.from(each.bytes)]
      )
    }
  })

  it("of an event is bound to company, stream, version and type", () => {
    const event = { company: "acme", stream: "lead/ana", version: 3, type: "LeadSpoke", data: { more: 1 } }
    expect(eventPlace(event)).toEqual(["acme", "lead/ana", 3, "LeadSpoke"])
  })
})
