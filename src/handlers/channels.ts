import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { JobRefused } from "../../actors/jobs/job-handler.ts"
import type { Channel } from "../channels/channel.ts"
import { channelKinds } from "../channels/index.ts"
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
