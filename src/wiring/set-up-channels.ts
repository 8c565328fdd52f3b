import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { channelMakers } from "../channels/index.ts"
import type { SettingValues } from "../config.ts"
import type { Secret } from "../setting.ts"

/** A channel's settings as in a file, by the channel's name. */
type ChannelSettings = Readonly<Record<string, unknown>> & { readonly name: string }

const plain = (secret: Secret): string => (secret === undefined ? "" : Redacted.value(secret))

/** What the settings say of each channel; a channel that is not set is left out, the page is always there. */
const channelSettings = (
  settings: SettingValues,
  page: { readonly instance: string; readonly sessionSecret: Redacted.Redacted<string> }
): ReadonlyArray<ChannelSettings> => [
  ...(settings.evolutionUrl === undefined
    ? []
    : [
        {
          name: "evolution",
          baseUrl: settings.evolutionUrl,
          apiKey: plain(settings.evolutionApiKey),
          instances: settings.evolutionInstances,
          webhookSecret: plain(settings.evolutionWebhookSecret),
          signature: settings.evolutionSignature,
          receiptSettleMs: settings.receiptSettleMs
        }
      ]),
  ...(settings.telegramToken === undefined
    ? []
    : [
        {
          name: "telegram",
          baseUrl: settings.telegramUrl,
          token: plain(settings.telegramToken),
          instance: settings.telegramInstance,
          webhookSecret: plain(settings.telegramWebhookSecret)
        }
      ]),
  { name: "web-chat", instance: page.instance, sessionSecret: Redacted.value(page.sessionSecret) }
]

/** The channels of this installation; fails with `ChannelConfigWrong` when one can't be made as it is set. */
export const setUpChannels = Effect.fn("setUpChannels")(function* (
  settings: SettingValues,
  page: { readonly instance: string; readonly sessionSecret: Redacted.Redacted<string> }
) {
  const wanted = channelSettings(settings, page)
  return yield* Effect.forEach(wanted, (config) => {
    const maker = channelMakers.find(({ name }) => name === config.name)
    return maker === undefined
      ? Effect.die(new Error(`no maker is listed for the channel ${config.name}`))
      : maker.make(config)
  })
})
