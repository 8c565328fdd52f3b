import { describe, expect, it } from "vitest"
import {
  checkpointText,
  isKeyName,
  openNote,
  parseCheckpoint,
  parseVerifierKey,
  signNote,
  verifierKeyOf,
  verifierKeyText
} from "../../../eventstore/proof/checkpoint-note.ts"
import { newSealKeyPem, readSealKey } from "../../../eventstore/proof/seal-signer.ts"

/** The example of the Go package golang.org/x/mod/sumdb/note, whose format this is. */
const known = {
  key: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  note: `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`
}

describe("a signed note", () => {
  const key = readSealKey(newSealKeyPem())!
  const verifier = verifierKeyOf("example.com/log", key)
  const text = checkpointText({ origin: "example.com/log", size: 12, root: Buffer.alloc(32, 3) })
  const note = signNote(text, "example.com/log", key)

  it("of another implementation is opened with its key", () => {
    const peter = parseVerifierKey(known.key)!
    expect([openNote(known.note, [peter]).state, verifierKeyText(peter)]).toEqual(["signed", known.key])
    expect(openNote(known.note.replace("answer", "Answer"), [peter])).toEqual({
      state: "wrong",
      why: "the signature of PeterNeumann+c74f20a3 does not fit the text"
    })
  })

  it("is opened with its key, which may travel as text", () => {
    const travelled = parseVerifierKey(verifierKeyText(verifier))!
    expect(openNote(note, [travelled])).toEqual({ state: "signed", text, by: travelled })
    expect(parseCheckpoint(text)).toEqual({ origin: "example.com/log", size: 12, root: Buffer.alloc(32, 3) })
  })

  it("names the key that is not at hand", () => {
    const other = verifierKeyOf("example.com/log", readSealKey(newSealKeyPem())!)
    expect(openNote(note, [other])).toEqual({
      state: "unknownKey",
      text,
      by: [`example.com/log+${verifier.id}`]
    })
  })

  it.each([
    ["a changed text", note.replace("\n12\n", "\n13\n")],
    ["a cut signature", note.slice(0, -9)],
    ["no signature", `${text}\n`],
    ["another line after the signature", `${note}hello\n`],
    ["nothing", ""]
  ])("is wrong with %s", (_, bent) => {
    expect(openNote(bent, [verifier]).state).toBe("wrong")
  })

  it("is wrong when its last letter is another that stands for the same bytes", () => {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    const at = note.length - "=\n".length - 1
    const others = [...letters].filter((letter) => letter !== note[at])
    const opened = others.map(
      (letter) => openNote(note.slice(0, at) + letter + note.slice(at + 1), [verifier]).state
    )
    expect(opened).toEqual(others.map(() => "wrong"))
  })

  it.each([
    "example.com/log+00000000+AfkZiQzsuY3WyFkxXZLqPSfEEtyYXmmDfNTzDYdC0Vo5",
    "example.com/log",
    "",
    "a b+12345678+AAAA"
  ])("has no key %j", (text) => {
    expect(parseVerifierKey(text)).toBe(undefined)
  })

  it.each([
    ["a.example/log", true],
    ["a b", false],
    ["a+b", false],
    ["", false]
  ])("may be signed by %j: %j", (name, may) => {
    expect(isKeyName(name)).toBe(may)
  })

  it.each(["x\n-1\nAAAA\n", "x\n1\n\n", "x\n01\nAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n"])(
    "holds no checkpoint in %j",
    (text) => expect(parseCheckpoint(text)).toBe(undefined)
  )

  it("takes keys as PEM or as base64 of their DER form, and no others", () => {
    const der = key.export({ format: "der", type: "pkcs8" }).toString("base64")
    expect([readSealKey(der)?.equals(key), readSealKey("no key"), readSealKey("")]).toEqual([
      true,
      undefined,
      undefined
    ])
  })
})
