import { httpUrl, needed, secret, text } from "../../settings/setting.ts"
import { channelKind } from "../channel-kind.ts"
import { botApiUrl, makeTelegram, secretHeader } from "./make-telegram.ts"

/** A Telegram bot. */
export const telegram = channelKind({
  name: "telegram",
  shownAs: "telegram",
  settings: {
    telegramUrl: httpUrl("CENTURION_TELEGRAM_URL", botApiUrl, "The Bot API of Telegram."),
    telegramToken: secret("CENTURION_TELEGRAM_TOKEN", "The bot's token; without it, no Telegram."),
    telegramInstance: text("CENTURION_TELEGRAM_INSTANCE", "telegram", "What companies call this bot."),
    telegramWebhookSecret: needed(
      secret("CENTURION_TELEGRAM_WEBHOOK_SECRET", "What its webhooks prove themselves by.")
    )
  },
  switchedOnBy: "telegramToken",
  webhook: {
    provider: "Telegram",
    secretHeader,
    example: {
      update_id: 1,
      message: { message_id: 1, date: 1_767_614_400, chat: { id: 7, type: "private" }, text: "Oi!" }
    }
  },
  reachedAt: ({ telegramUrl, telegramInstance }) => `${new URL(telegramUrl).host} as ${telegramInstance}`,
  make: (values) =>
    makeTelegram({
      baseUrl: values.telegramUrl,
      token: values.telegramToken,
      instance: values.telegramInstance,
      webhookSecret: values.telegramWebhookSecret
    })
})
