import { exchangeAtLoad, rigExchanges } from "./exchange.ts"
import { plants } from "./plants.ts"

/**
 * Loaded before `centurion start` in the rig's processes: exchanges the pieces that the rig and the planted faults of
 * `RIG_PLANTS` want otherwise, and puts the clock wrong by `RIG_CLOCK_OFF_MS`. No product file knows of it.
 */
const planted = (process.env.RIG_PLANTS ?? "").split(",").filter((name) => name !== "")

const chosen = plants.filter(({ name }) => planted.includes(name))

exchangeAtLoad([...rigExchanges, ...chosen.flatMap(({ exchanges = [] }) => exchanges)])

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
