import { exchangeAtLoad } from "../../../rig/app/exchange.ts"
import { modelExchanges, plants } from "./plants.ts"

/**
 * Loaded before the commands of the proof: exchanges the model for one that repeats what it was told, and the pieces
 * that the faults of `PROOF_PLANTS` want otherwise. No product file knows of it.
 */
const planted = (process.env.PROOF_PLANTS ?? "").split(",")
const chosen = plants.filter(({ name }) => planted.includes(name))

exchangeAtLoad([...modelExchanges, ...chosen.flatMap(({ exchanges = [] }) => exchanges)])
