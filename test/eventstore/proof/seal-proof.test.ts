import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { verifierKeyOf, verifierKeyText } from "../../../eventstore/proof/checkpoint-note.ts"
import { type EventProof, proveEvent } from "../../../eventstore/proof/event-proof.ts"
import { newSealKeyPem, readSealKey } from "../../../eventstore/proof/seal-signer.ts"
import { databases } from "../../databases.ts"
import { type OpenStore, openStore } from "../open-store.ts"
import { buildSealedHistory, newFolder, sealName, sealVerifier, write } from "../sealed-history.ts"

const checker = join(import.meta.dirname, "../../../docs/check-proof.mjs")
const publicKey = verifierKeyText(sealVerifier)

describe.each(databases)("a proof of an event on $name", (kind) => {
  const files = newFolder()
  let store: OpenStore
  let checks = 0
  let owners: Awaited<ReturnType<typeof buildSealedHistory>>
  beforeAll(async () => {
    store = await openStore(kind)
    owners = await buildSealedHistory(store, join(files.folder, "anchors"))
  })
  afterAll(async () => {
    files.remove()
    await store?.close()
  })

  const prove = (company: string, partition: number, position: number, withData = false) =>
    store.run(
      Effect.gen(function* () {
        const events = yield* EventStore
        const [event] = yield* events.readPartition(company, partition, position - 1, 1)
        return yield* proveEvent(event!, withData)
      })
    )
  /** As a stranger does it: the one file, the proof, the key. */
  const check = async (proof: unknown, key = publicKey) => {
    const file = join(files.folder, `proof-${++checks}.json`)
    writeFileSync(file, JSON.stringify(proof))
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [checker, file, key])
      return stdout
    } catch (error) {
      return (error as { stderr: string }).stderr
    }
  }

  it("tells a stranger which event it is, and when it was sealed", async () => {
    const lines = (await check(await prove("other", 2, 15))).split("\n")
    expect(lines).toEqual([
      'proved: other/conversation/2-0@3 is emitted event "Said" at position 15 of partition 2',
      expect.stringMatching(/^ {2}recorded 2026-01-05T12:00:00.000Z, occurred 2026-01-05T12:00:00.015Z$/),
      expect.stringMatching(
        /^ {2}sealed by seal 6 at 20.*, in the log of 6 seals signed by example.com\/log/
      ),
      "  its data is not in the proof, only its hash",
      ""
    ])
  })

  it("holds data only when it is asked for, and then proves it too, sealed data by its hash", async () => {
    const [without, clear, sealed] = [
      await prove("acme", 1, 7),
      await prove("acme", 1, 6, true),
      await prove("acme", 1, 7, true)
    ]
    expect(JSON.stringify(without)).not.toContain("olá")
    expect(await check(clear)).toContain('its clear data: {"n":6,"text":"olá \\"6\\""}')
    expect(await check(sealed)).toContain('its clear data: {"n":7,"text":"olá \\"7\\""}')
    const bent = { ...sealed, event: { ...sealed.event, data: '{"n":8}' } }
    expect(await check(bent)).toBe("not proved: the data is not what the event's payload hash says\n")
  })

  it("is made for every event of every partition", async () => {
    const checked = await Promise.all(
      owners.map(async ({ company, partition, position }) => check(await prove(company, partition, position)))
    )
    expect(checked.map((each) => each.slice(0, 7))).toEqual(owners.map(() => "proved:"))
  })

  it("proves nothing under another key, nor when any of it is changed", async () => {
    const other = verifierKeyText(verifierKeyOf(sealName, readSealKey(newSealKeyPem())!))
    const proof = await prove("acme", 2, 9)
    expect(await check(proof, other)).toMatch(
      /^not proved: the note is not signed by example.com\/log\+.*: this is another public key\n$/
    )
    expect(await check(proof, "nonsense")).toBe(
      "not proved: the public key looks like name+1a2b3c4d+base64\n"
    )
    expect(await check({})).toBe("not proved: this is no proof of centurion, version 1\n")
    const text = JSON.stringify(proof)
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: text.length - 1 }),
        fc.constantFrom("0", "a", "7"),
        async (at, letter) => {
          if (text[at] === letter || text.slice(0, at).endsWith('"version":')) return
          const bent = text.slice(0, at) + letter + text.slice(at + 1)
          const parsed = parse(bent)
          // A key of the object that nobody reads says nothing, and so proves nothing either.
          if (parsed === undefined || JSON.stringify(readParts(parsed)) === JSON.stringify(readParts(proof)))
            return
          expect([bent, await check(parsed)]).toEqual([bent, expect.stringMatching(/^not proved: /)])
        }
      ),
      { numRuns: 25 }
    )
  })

  it("proves nothing when parts of two proofs are put together", async () => {
    const [one, other] = [await prove("acme", 1, 9), await prove("other", 2, 10)]
    const steps = (n: number) => one.steps.map((step, at) => (at === n ? other.steps[at] : step))
    const mixed = [
      { ...one, event: other.event },
      ...[0, 1, 2].map((n) => ({ ...one, steps: steps(n) })),
      { ...one, steps: one.steps.slice(0, 3) },
      { ...one, steps: [one.steps[0], ...one.steps] },
      { ...one, event: { ...one.event, link: other.event.link } },
      { ...one, steps: [{ ...one.steps[0], index: 9 }, ...one.steps.slice(1)] },
      { ...one, steps: [...one.steps.slice(0, 3), { ...one.steps[3], index: 4 }] },
      { ...one, note: one.note.replace("\n6\n", "\n7\n") }
    ]
    const checked = await Promise.all(mixed.map((each) => check(each)))
    expect(checked).toEqual([
      "not proved: the first step is of another event\n",
      "not proved: the first step is of another event\n",
      "not proved: the second step is not of the event's partition\n",
      "not proved: the third step is not of the event's company\n",
      "not proved: there are not four steps\n",
      "not proved: there are not four steps\n",
      "not proved: the event is not what its link says\n",
      "not proved: the first step is of another event\n",
      "not proved: the fourth step is of another seal\n",
      "not proved: the signature does not fit the note\n"
    ])
  })

  it("is not made of an event that no seal covers yet, nor of history that is not what was sealed", async () => {
    await write(store, owners[0]!, 1)
    const position = owners[0]!.position
    const why = (error: { message: string }) => error.message
    expect(await prove("acme", 1, position).catch(why)).toMatch(/^acme\/conversation\/.* is not sealed yet/)
    await store.database.admin("alter table es.event disable trigger all")
    await store.database.admin(
      "update es.event set link = decode(repeat('11', 32), 'hex') where company = 'acme' and partition = 1 and position = 3"
    )
    expect(await prove("acme", 1, 5).catch(why)).toBe(
      "history is not what the last seal says, so nothing can be proved by it: run `centurion verify acme`"
    )
  })
})

const parse = (text: string): EventProof | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const readParts = ({ centurion, version, event, steps, note }: EventProof) => [
  centurion,
  version,
  [event?.leaf, event?.previousLink, event?.link],
  steps?.map(({ leaf, index, size, path }) => [leaf, index, size, path]),
  note
]
