import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Anchor, runAnchor } from "../../eventstore/proof/anchor.ts"
import { anchorDirectory } from "../../eventstore/proof/anchor-directory.ts"
import { anchorWebhook } from "../../eventstore/proof/anchor-webhook.ts"
import { runSealer } from "../../eventstore/proof/sealer.ts"
import { WrongSettings } from "../settings/setting.ts"
import { takeAnchors } from "./anchor-place.ts"
import { readSealSigner } from "./seal-key.ts"
import type { SealValues } from "./seal-settings.ts"

const lookEveryMs = 500

/** The places outside the database where seals are kept. */
const takePlaces = (settings: SealValues) =>
  Effect.map(
    takeAnchors(settings),
    (directory): ReadonlyArray<Anchor> => [
      anchorDirectory(directory),
      ...(settings.anchorUrl === undefined ? [] : [anchorWebhook(Redacted.value(settings.anchorUrl))])
    ]
  )

/** Seals history and anchors the seals until the scope ends, beside whatever else runs; fails without a key. */
export const sealing = Effect.fnUntraced(function* (settings: SealValues) {
  const { sealEveryMs: everyMs, sealEveryEvents: everyEvents } = settings
  const signer = yield* readSealSigner(settings, true)
  if (signer === undefined) return yield* new WrongSettings({ message: "there is no key to sign seals with" })
  const sealer = Effect.provide(runSealer({ everyMs, everyEvents, lookEveryMs }), signer)
  yield* Effect.forkScoped(sealer)
  // Each by itself: one that hangs must not keep seals from the others.
  for (const anchor of yield* takePlaces(settings)) yield* Effect.forkScoped(runAnchor(anchor, lookEveryMs))
})
