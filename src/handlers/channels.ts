import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type JobContext, JobRefused } from "../../actors/jobs/job-handler.ts"
import type { Json } from "../../eventstore/database/json.ts"
import type { Channel } from "../channels/channel.ts"
import { channelKinds } from "../channels/index.ts"
import type { Companies } from "../companies/companies.ts"
import { isSwitchedOn, type Values } from "../settings/kind.ts"

/** The channels that are set up, by name. */
export class Channels extends Context.Service<Channels, ReadonlyMap<string, Channel>>()(
  "centurion/handlers/Channels"
) {
  /** Those of the list that the settings switch on. */
  static readonly layer = (values: Values) =>
    Layer.unwrap(
      Effect.map(
        Effect.all(
          channelKinds.filter((kind) => isSwitchedOn(kind, values)).map((kind) => kind.make(values))
        ),
        Channels.layerOf
      )
    )
  /** From a list; the names are the channels' own. */
  static readonly layerOf = (channels: ReadonlyArray<Channel>) =>
    Layer.succeed(Channels, new Map(channels.map((channel) => [channel.name, channel])))
}

/** The channel that a job's input names, which may be none. */
export const channelOf = (input: Json): string =>
  String(typeof input === "object" && input !== null && "channel" in input ? input.channel : undefined)

/** By which account of which channel a job goes out. */
interface Way {
  readonly channel: string
  readonly instance: string
}

/**
 * The channel by which a job goes out; refused when the account is another company's by now: what began while it was
 * ours must not write in that one's name.
 */
export const channelOut = Effect.fnUntraced(function* (
  channels: ReadonlyMap<string, Channel>,
  companies: Companies["Service"],
  { channel, instance }: Way,
  { address: { company } }: JobContext
) {
  if (!companies.isOthers(company, channel, instance)) return yield* channelNamed(channels, channel)
  return yield* new JobRefused({
    reason: "accountNotOurs",
    message: `The account "${instance}" of ${channel} does not belong to the company "${company}" any more`
  })
})

/** The channel of a job; fails with `unknownChannel` when it is not set up. */
export const channelNamed = Effect.fnUntraced(function* (
  channels: ReadonlyMap<string, Channel>,
  name: string
) {
  const channel = channels.get(name)
  if (channel !== undefined) return channel
  const known = [...channels.keys()].join(", ") || "none"
  return yield* new JobRefused({
    reason: "unknownChannel",
    message: `The channel "${name}" is not set up; there are: ${known}`
  })
})
