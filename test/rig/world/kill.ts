import { pause } from "./program.ts"
import type { Server } from "./server.ts"
import type { Stage } from "./stage.ts"

/** Kills in the middle of a start, out of all. */
const whileStarting = 0.2
/** How often the dead owner's lease is ended at once; else its time runs out, as it does where nobody knows. */
const leaseEnded = 0.5
const uptimeMs = { least: 20, most: 500 } as const

/** The server that serves, and the one that stands by; with one server both are that one. */
export const ownerAndStandby = async ({ servers }: Stage): Promise<readonly [Server, Server]> => {
  const [first, second = first] = servers
  return (await first!.isReady()) ? [first!, second!] : [second!, first!]
}

/** Lets it run for a moment, kills it, and starts it again. */
export const killOnce = async (stage: Stage, server: Server): Promise<void> => {
  const { random, database } = stage
  if (!random.chance(whileStarting)) await someoneServes(stage)
  await pause(random.between(uptimeMs.least, uptimeMs.most))
  const pid = server.pid()
  stage.note(`${server.name} killed`)
  await server.kill()
  if (random.chance(leaseEnded)) {
    const ended = `update es.owner set lease_until = 'epoch' where owner like '%-${pid}-%'`
    // The database may be down just now.
    await database.admin(ended).catch(() => {})
  }
  server.start()
  stage.note(`${server.name} started`)
}

const serveMaxMs = 60_000

/** Waits until one of the servers is ready. One that ended by itself is counted and started again, as a supervisor would. */
export const someoneServes = async ({ servers, note }: Stage): Promise<void> => {
  const giveUp = performance.now() + serveMaxMs
  while (performance.now() < giveUp) {
    for (const server of servers) {
      if (await server.isReady()) return
      if (server.isAlive()) continue
      note(`${server.name} ended by itself`)
      server.start()
    }
    await pause(30)
  }
  const logs = servers.map(({ logFile }) => logFile).join(", ")
  throw new Error(`no server was ready for ${serveMaxMs / 1000} s; their logs: ${logs}`)
}
