import { pause } from "../world/program.ts"
import type { Stage } from "../world/stage.ts"

const restMaxMs = 120_000
const lookEveryMs = 400
/** Timers that are due sooner than this are waited for: a repair is 30 s away. */
const soonMs = 31_000

const workLeft = `select (select count(*) from es.job where state <> 'failed') + (select count(*) from es.message)
  + (select count(*) from es.timer where due_at < clock_timestamp() + interval '${soonMs} ms')`

/** True when no webhook, job, message or timer that is due soon is left, and the store stood still between two looks. */
export const comeToRest = async ({ database, providers, relay }: Stage): Promise<boolean> => {
  const giveUp = performance.now() + restMaxMs
  let before = -1
  while (performance.now() < giveUp) {
    const pending = await Promise.all(Object.values(providers).map((provider) => provider.pending()))
    const webhooks = pending.reduce((sum, each) => sum + each, relay.counts().pending)
    const left = await database.count(workLeft)
    const position = await database.count(`select sum("position")::float8 from es.partition`)
    if (webhooks === 0 && left === 0 && position === before) return true
    before = webhooks === 0 && left === 0 ? position : -1
    await pause(lookEveryMs)
  }
  return false
}
