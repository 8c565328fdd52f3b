import { pause } from "./program.ts"
import { channelNames, type Stage } from "./stage.ts"

/** Leads that write until they are stopped. */
export interface LeadLoad {
  /** Nobody writes until it goes on. */
  readonly rest: (on: boolean) => void
  readonly stop: () => Promise<void>
}

/** While so many webhooks wait for a server, nobody writes more: it is a proof of what is kept, not of overload. */
const pendingMax = 120

/** A phone number that is also a chat id, of its own for each lead of each channel. */
export const contactOf = (lead: number): string => `55119${String(10_000_000 + lead)}`

/** Leads write in bursts of one to `burstMax` messages, on all channels in turn. */
export const startLoad = (
  stage: Stage,
  options: { readonly leads: number; readonly burstsPerSecond: number; readonly burstMax: number }
): LeadLoad => {
  const { random, providers, relay } = stage
  let stopped = false
  let resting = false
  let written = 0
  const run = (async () => {
    for (let burst = 0; !stopped; burst++) {
      await pause(1000 / options.burstsPerSecond)
      if (resting || relay.counts().pending > pendingMax) continue
      const provider = providers[channelNames[burst % channelNames.length]!]
      const contact = contactOf(random.below(options.leads))
      for (let messages = 1 + random.below(options.burstMax); messages > 0; messages--)
        await provider.write(contact, `message ${++written}`)
    }
  })()
  return {
    rest: (on) => {
      resting = on
    },
    stop: async () => {
      stopped = true
      await run
    }
  }
}
