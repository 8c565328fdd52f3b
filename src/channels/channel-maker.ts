import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Schema from "effect/Schema"
import type { Channel, WebhookRefused } from "./channel.ts"
import type { WebChatHub } from "./web-chat.ts"
import { decodeShape } from "./webhook-body.ts"

/** A channel's settings that can't be used; `message` names the field, never its value. */
export class ChannelConfigWrong extends Schema.TaggedError<ChannelConfigWrong>()("ChannelConfigWrong", {
  channel: Schema.String,
  message: Schema.String
}) {}

/** Makes a channel from plain settings as they stand in a file. */
export interface ChannelMaker {
  readonly name: string
  readonly make: (
    config: unknown
  ) => Effect.Effect<Channel, ChannelConfigWrong, HttpClient.HttpClient | WebChatHub>
}

/** A maker from the channel's name, the schema of its settings and the function that makes it of decoded ones. */
export const channelMaker = <T, E>(
  name: string,
  config: Schema.Codec<T, E>,
  make: (config: T) => Effect.Effect<Channel, never, HttpClient.HttpClient | WebChatHub>
): ChannelMaker => {
  const decode = decodeShape(config)
  return {
    name,
    make: (given) =>
      decode(given).pipe(
        Effect.mapError(
          (wrong: WebhookRefused) => new ChannelConfigWrong({ channel: name, message: wrong.message })
        ),
        Effect.flatMap(make)
      )
  }
}
