import type { Random } from "../time/random.ts"
import type { FaultPlace } from "./faults.ts"
import { leaseMs, type World } from "./world.ts"

const minute = 60_000
const hour = 60 * minute

type Trouble = (world: World, random: Random) => void

const kill = (world: World) => {
  for (const slot of world.slots) world.crash(slot.process)
}

/** What goes wrong at a time of its own, and not because of something that is done just then. */
const troubles: Partial<Record<FaultPlace, Trouble>> = {
  storeDown: (world, random) => world.wire.goDown(random.spread(500, 3 * minute)),
  providerDown: (world, random) => random.pick(world.providers).goDown(random.spread(1000, 10 * minute)),
  receiptLost: (world, random) => {
    for (const provider of world.providers) provider.loseReceipts(random.spread(1000, 5 * minute))
  },
  clockJump: (world, random) => {
    const { timeline } = world
    random.pick(world.slots).process.skewMs += random.whole(-hour, hour)
    timeline.stayAwakeUntil(timeline.now + 3 * leaseMs)
  },
  freeze: (world, random) => {
    const { timeline } = world
    const slot = world.slots.find((each) => each.owns) ?? world.slots[0]!
    const { process } = slot
    const frozenMs = random.spread(leaseMs / 2, 6 * leaseMs)
    process.freeze()
    timeline.stayAwakeUntil(timeline.now + frozenMs + 3 * leaseMs)
    timeline.after(frozenMs, "world", () => process.thaw())
  },
  snapshotLost: (world) => world.store.tables.snapshots.clear(),
  stop: (world, random) => {
    const slot = random.pick(world.slots)
    const { process } = slot
    if (process.state !== "running" || slot.node === undefined) return
    world.timeline.stayAwakeUntil(world.timeline.now + 6 * leaseMs)
    slot.stop(() => {
      if (slot.process === process) world.crash(process)
    })
  },
  restartAll: kill,
  longDown: (world, random) => {
    const downMs = random.spread(minute, 12 * hour)
    for (const slot of world.slots) {
      world.crash(slot.process, false)
      world.timeline.after(downMs + random.whole(0, 5000), "world", () => world.start(slot))
    }
  }
}

/** Draws when each kind of trouble that this seed has comes, up to a few times. */
export const planTroubles = (world: World, random: Random) => {
  const { timeline, options, endsAt, faults } = world
  for (const [place, bring] of Object.entries(troubles) as Array<[FaultPlace, Trouble]>) {
    if (!faults.has(place)) continue
    for (let times = random.whole(1, 3); times > 0; times--) {
      // Most leads write in the first hours, so most of the trouble comes then.
      const at = options.startAt + random.spread(minute, endsAt - options.startAt)
      timeline.at(at, () => {
        if (faults.active && faults.tell(place)) bring(world, random)
      })
    }
  }
}
