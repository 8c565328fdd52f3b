import { registerHooks } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type Exchange, exchanged, rigExchanges } from "./exchange.ts"
import { plants } from "./plants.ts"

/**
 * Loaded before `centurion start` in the rig's processes: exchanges the pieces that the rig and the planted faults of
 * `RIG_PLANTS` want otherwise, and puts the clock wrong by `RIG_CLOCK_OFF_MS`. No product file knows of it.
 */
const planted = (process.env.RIG_PLANTS ?? "").split(",").filter((name) => name !== "")

const root = join(import.meta.dirname, "../../..")
const byUrl = new Map<string, Array<Exchange>>()
const chosen = plants.filter(({ name }) => planted.includes(name))
for (const each of [...rigExchanges, ...chosen.flatMap(({ exchanges = [] }) => exchanges)]) {
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

const offMs = Number(process.env.RIG_CLOCK_OFF_MS ?? "0")
if (offMs !== 0) {
  const rightNow = Date.now
  const wrongNow = () => rightNow() + offMs
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [wrongNow()] : args, newTarget) as object,
    get: (target, name) => (name === "now" ? wrongNow : Reflect.get(target, name))
  })
}
