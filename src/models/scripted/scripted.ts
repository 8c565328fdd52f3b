import * as Effect from "effect/Effect"
import { modelKind } from "../model-kind.ts"
import { scriptedModel, scriptedPrices } from "./scripted-model.ts"

/** Replies by rules and phrases of our own: the embedded default. */
export const scripted = modelKind({
  name: "scripted",
  settings: {},
  prices: scriptedPrices,
  reachedAt: () => "in this process: no key, no cost",
  make: () => Effect.succeed(scriptedModel)
})
