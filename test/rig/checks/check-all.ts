import * as Effect from "effect/Effect"
import { verify } from "../../../eventstore/proof/verify.ts"
import { staleAppends } from "../world/rig-database.ts"
import { channelNames, type RigChannel, rigChannels, rigCompany, type Stage } from "../world/stage.ts"
import { checkInbound, type InboundCounts } from "./check-inbound.ts"
import { differFromLive } from "./check-live.ts"
import { checkSends, type SendCounts } from "./check-sends.ts"
import { comeToRest } from "./come-to-rest.ts"
import { readHistory, type ToldConversation } from "./read-conversations.ts"

/** What came of one scenario, once all is at rest. */
export interface Outcome {
  readonly inbound: InboundCounts
  readonly sends: Readonly<Record<RigChannel, SendCounts>>
  readonly conversations: ReadonlyArray<ToldConversation>
  readonly events: number
  /** Turns that have more than one reply. */
  readonly repliesTwice: number
  readonly staleAppends: number
  /** By name, what every scenario wants to be 0 besides its own figures. */
  readonly mustBeNone: Readonly<Record<string, number>>
}

/** Streams whose live state is looked at. */
const liveMax = 400

/** Lets everything come to rest, and holds the store against what the world saw. A server must be running. */
export const checkAll = async (stage: Stage): Promise<Outcome> => {
  const { database, providers, relay, servers } = stage
  stage.note("the load has ended")
  const isAtRest = await comeToRest(stage)
  stage.note("at rest")
  const verified = await Effect.runPromise(Effect.provide(verify({ company: rigCompany }), database.layer))
  const { conversations, replays, events, strays } = await readHistory(database)
  const each = async <A>(of: (channel: RigChannel) => Promise<A>) =>
    Object.fromEntries(
      await Promise.all(channelNames.map(async (channel) => [channel, await of(channel)] as const))
    ) as Record<RigChannel, A>
  const sends = await each(async (channel) =>
    checkSends(
      await providers[channel].sent(),
      conversations.filter((told) => told.channel === channel)
    )
  )
  const incoming = await each((channel) => providers[channel].incoming())
  const differing = await differFromLive(servers, replays, liveMax)
  if (differing.length > 0) stage.note(`live differs: ${differing.slice(0, 20).join(", ")}`)
  const badReplays = [...replays.values()].filter((one) => one.differing > 0 || one.stopped !== undefined)
  const twice = ({ repliedTurns }: ToldConversation) => repliedTurns.length - new Set(repliedTurns).size
  return {
    inbound: checkInbound(incoming, relay.acknowledged, conversations),
    sends,
    conversations,
    events,
    repliesTwice: conversations.reduce((sum, told) => sum + twice(told), 0),
    staleAppends: await database.count(staleAppends),
    mustBeNone: {
      "not at rest": isAtRest ? 0 : 1,
      "damaged partitions": verified.damages.length,
      "streams that replay otherwise": badReplays.length,
      "live states that differ from the replay": differing.length,
      "stray timers and results": strays,
      "jobs left": await database.count("select count(*)::int from es.job"),
      "messages between actors left": await database.count("select count(*)::int from es.message"),
      "messages between actors stored twice": await database.count(messagesTwice),
      "webhooks refused": relay.counts().refused,
      unanswered: conversations.filter(({ isAnswered }) => !isAnswered).length,
      "servers that ended by themselves": servers.reduce((sum, server) => sum + server.endedByItself(), 0)
    }
  }
}

const messagesTwice = `select (count(*) - count(distinct (stream, causation, type)))::int from es.event
  where principal like 'actor:%' and kind = 'input'`

/** A scenario's own figures of the sends, over all channels of one kind. */
export const sumOf = (outcome: Outcome, figure: keyof SendCounts, channels = channelNames): number =>
  channels.reduce((sum, channel) => sum + outcome.sends[channel][figure], 0)

/** Sends that went wrong, by channel and by what is wrong, without doubts where the channel has nothing else. */
export const sendFaults = ({ sends }: Outcome): Readonly<Record<string, number>> => {
  const faults: Record<string, number> = {}
  for (const channel of channelNames) {
    const { doubles, losses, silent, failed, wrongIds, inversions, doubts } = sends[channel]
    const counts = { doubles, losses, silent, failed, wrongIds, inversions }
    const all = rigChannels[channel] === "none" ? counts : { ...counts, doubts }
    for (const [what, count] of Object.entries(all)) if (count > 0) faults[`${channel} ${what}`] = count
  }
  return faults
}
