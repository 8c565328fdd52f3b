import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Anchor, runAnchor } from "../../eventstore/proof/anchor.ts"
import { anchorDirectory } from "../../eventstore/proof/anchor-directory.ts"
import { anchorWebhook } from "../../eventstore/proof/anchor-webhook.ts"
import { runSealer } from "../../eventstore/proof/sealer.ts"
import { WrongSettings } from "../settings/setting.ts"
import { readSealSigner } from "./seal-key.ts"
import type { SealValues } from "./seal-settings.ts"

const lookEveryMs = 500

/** The directory where seals are anchored: each database has its own, for each has seals 1, 2, 3… */
export const anchorDirOf = ({ dir, anchorDir, databaseUrl }: SealValues): string =>
  anchorDir ??
  join(dir, "anchors", databaseUrl === undefined ? "embedded" : placeOf(Redacted.value(databaseUrl)))

/** `localhost-5432-centurion`, of a database's URL. */
const placeOf = (url: string): string => {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`.replace(/[^\w.]+/g, "-")
}

/** The places outside the database where seals are kept. */
export const anchorsOf = (settings: SealValues): ReadonlyArray<Anchor> => [
  anchorDirectory(anchorDirOf(settings)),
  ...(settings.anchorUrl === undefined ? [] : [anchorWebhook(Redacted.value(settings.anchorUrl))])
]

/** Seals history and anchors the seals until the scope ends, beside whatever else runs; fails without a key. */
export const sealing = Effect.fnUntraced(function* (settings: SealValues) {
  const { sealEveryMs: everyMs, sealEveryEvents: everyEvents } = settings
  const signer = yield* readSealSigner(settings, true)
  if (signer === undefined) return yield* new WrongSettings({ message: "there is no key to sign seals with" })
  const sealer = Effect.provide(runSealer({ everyMs, everyEvents, lookEveryMs }), signer)
  yield* Effect.forkScoped(sealer)
  // Each by itself: one that hangs must not keep seals from the others.
  for (const anchor of anchorsOf(settings)) yield* Effect.forkScoped(runAnchor(anchor, lookEveryMs))
})
