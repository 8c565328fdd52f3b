import { registerHooks } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type Exchange, exchanged } from "../../../rig/app/exchange.ts"
import { modelExchanges, plants } from "./plants.ts"

/**
 * Loaded before the commands of the proof: exchanges the model for one that repeats what it was told, and the pieces
 * that the faults of `PROOF_PLANTS` want otherwise. No product file knows of it.
 */
const planted = (process.env.PROOF_PLANTS ?? "").split(",")
const chosen = plants.filter(({ name }) => planted.includes(name))
const root = join(import.meta.dirname, "../../../..")
const byUrl = new Map<string, Array<Exchange>>()
for (const each of [...modelExchanges, ...chosen.flatMap(({ exchanges = [] }) => exchanges)]) {
  const url = pathToFileURL(join(root, each.file)).href
  byUrl.set(url, [...(byUrl.get(url) ?? []), each])
}

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context)
    const exchanges = byUrl.get(url)
    if (exchanges === undefined) return loaded
    return { ...loaded, source: exchanges.reduce(exchanged, String(loaded.source)) }
  }
})
