import type { ActorEvent } from "../../../../actors/engine/engine.ts"
import type { TestDatabase } from "../../../databases.ts"
import type { Outcome } from "./engine-process.ts"

/** What was acknowledged, by the key it was sent with: actor and version. */
export type Acknowledged = Map<string, { readonly to: string; readonly version: number }>

/** Sends events to counters, each until it is acknowledged, as a provider would send its webhooks. */
export const startLoad = (
  senders: number,
  deliver: (to: string, event: ActorEvent, envelope: { key: string }) => Promise<Outcome>,
  name = "load"
) => {
  const acknowledged: Acknowledged = new Map()
  let stopped = false
  let tries = 0
  const send = async (sender: number) => {
    for (let n = 0; !stopped; n++) {
      const to = `counter/${sender % 7}`
      const key = `${name}-${sender}-${n}`
      while (true) {
        tries++
        const outcome = await deliver(to, { type: "Add" }, { key })
        if ("version" in outcome) {
          acknowledged.set(key, { to, version: outcome.version })
          break
        }
        if (stopped) return
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  const done = Promise.all(Array.from({ length: senders }, (_, sender) => send(sender)))
  return {
    acknowledged,
    tries: () => tries,
    stop: async () => {
      stopped = true
      await done
    }
  }
}

/** What the store holds against what was acknowledged: missing, at another place, or there twice. */
export const faultsOf = async (
  admin: TestDatabase["admin"],
  acknowledged: Acknowledged
): Promise<ReadonlyArray<string>> => {
  const keys = await admin("select stream, key, version::int from es.key")
  const stored = new Map(keys.map(([stream, key, version]) => [String(key), { to: stream, version }]))
  const faults: Array<string> = []
  for (const [key, { to, version }] of acknowledged) {
    const found = stored.get(key)
    if (found === undefined) faults.push(`${key} was acknowledged and is not stored`)
    else if (found.to !== to || found.version !== version) {
      faults.push(`${key} was acknowledged at ${to}@${version} and stands at ${found.to}@${found.version}`)
    }
  }
  const adds = await admin("select count(*)::int from es.event where type = 'Add'")
  if (adds[0]![0] !== stored.size) faults.push(`${adds[0]![0]} events stand for ${stored.size} keys`)
  const counts = await admin(
    `select stream from es.event where type = 'Counted' group by stream having count(*) <> max((data->>'count')::int)`
  )
  for (const [stream] of counts) faults.push(`${stream} counted otherwise than it was told`)
  return faults
}
