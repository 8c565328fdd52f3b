import { hash } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { Batch } from "../../eventstore/log/batch.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { anchorSeals } from "../../eventstore/proof/anchor.ts"
import { anchorDirectory } from "../../eventstore/proof/anchor-directory.ts"
import { verifierKeyOf } from "../../eventstore/proof/checkpoint-note.ts"
import { newSealKeyPem, readSealKey, SealSigner } from "../../eventstore/proof/seal-signer.ts"
import { makeSealer } from "../../eventstore/proof/sealer.ts"
import type { OpenStore } from "./open-store.ts"
import { atNoon, type PartitionOwner } from "./owner.ts"

/** The key that the tests' seals are signed with. */
export const sealKey = readSealKey(newSealKeyPem())!
export const sealName = "example.com/log"
export const sealVerifier = verifierKeyOf(sealName, sealKey)
export const signer = SealSigner.layerOf(sealName, sealKey)

/** A directory that is gone when the suite ends. */
export const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "centurion-seals-"))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** What a history is built in. */
export type SealedStore = Pick<OpenStore, "run" | "own">

const streams = 5

/** Appends `count` events of some streams to a partition; every seventh holds sealed data. */
export const write = (store: SealedStore, owner: PartitionOwner, count: number) => {
  const batch = new Batch()
  const events = Array.from({ length: count }, (_, n) => {
    const position = owner.position + n + 1
    const text = Buffer.from(`sealed ${owner.company} ${position}`)
    const sealed = { text, hash: hash("sha256", text, "buffer"), keyId: `key-${position % streams}` }
    const said = {
      kind: position % 3 === 0 ? ("emitted" as const) : ("input" as const),
      data: { n: position, text: `olá "${position}"` },
      occurredAt: atNoon + position,
      ...(position % 7 === 0 ? { sealed } : {})
    }
    return [`conversation/${owner.partition}-${position % streams}`, said] as const
  })
  owner.write(batch, ...events)
  return store.run(Effect.flatMap(EventStore, (events) => events.append(batch)))
}

/** Seals whatever is new; gives the number of the seal. */
export const sealNow = (store: SealedStore) =>
  store.run(
    Effect.flatMap(makeSealer({ everyEvents: 1, everyMs: 0 }), (seal) => seal).pipe(Effect.provide(signer))
  )

export const anchorInto = (store: SealedStore, directory: string) =>
  store.run(anchorSeals(anchorDirectory(directory)))

/** Two companies of two partitions, with events in all, in six seals that are anchored in the directory. */
export const buildSealedHistory = async (store: SealedStore, directory: string) => {
  const acme = await store.own("acme", 2)
  const other = await store.own("other", 2)
  const owners = [...acme, ...other]
  for (let round = 0; round < 6; round++) {
    for (const [n, owner] of owners.entries())
      if ((round + n) % 4 !== 3) await write(store, owner, 5 + round + n)
    await sealNow(store)
  }
  await anchorInto(store, directory)
  return owners
}
