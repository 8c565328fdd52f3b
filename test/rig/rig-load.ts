import { askJson, pause } from "./rig-process.ts"

/** Numbers in [0, 1) from a seed, so that a run can be had again as far as the machine allows. */
export const randomFrom = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** What went in: messages that the doubles have, and reminders that were acknowledged. */
export interface RigLoad {
  readonly reminders: ReadonlySet<string>
  readonly stop: () => Promise<void>
}

/**
 * Leads write in bursts of one to four messages, on either channel, each webhook delivered one to three times; and
 * reminders are asked for, each until it is acknowledged. The doubles send webhooks again until they are taken.
 */
export const startLoad = (options: {
  readonly random: () => number
  readonly conversations: number
  readonly evolutionUrl: string
  readonly keyedUrl: string
  readonly appUrl: string
  readonly burstsPerSecond: number
}): RigLoad => {
  const { random, conversations, burstsPerSecond } = options
  const reminders = new Set<string>()
  let stopped = false
  let sent = 0
  const pick = (below: number) => Math.floor(random() * below)

  const burst = async () => {
    const n = pick(conversations)
    const double = n % 2 === 0 ? options.evolutionUrl : options.keyedUrl
    const contact = `55119${String(10_000_000 + n)}`
    for (let messages = 1 + pick(4); messages > 0; messages--) {
      await askJson(`${double}/_double/incoming`, { contact, text: `message ${++sent}`, repeat: 1 + pick(3) })
    }
  }
  const remind = async (id: string) => {
    const inMs = 50 + pick(5000)
    while ((await askJson(`${options.appUrl}/remind`, { id, inMs })) === undefined) await pause(100)
    reminders.add(id)
  }

  const open: Array<Promise<void>> = []
  const run = (async () => {
    for (let round = 0; !stopped; round++) {
      await burst()
      if (round % 3 === 0) open.push(remind(`r${round}`))
      await pause(1000 / burstsPerSecond)
    }
  })()
  return {
    reminders,
    stop: async () => {
      stopped = true
      await run
      await Promise.all(open)
    }
  }
}
