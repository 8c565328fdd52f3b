import { choice, httpUrl, integer, names, needed, secret } from "../../settings/setting.ts"
import { channelKind } from "../channel-kind.ts"
import { makeEvolution, secretHeader } from "./make-evolution.ts"
import { receiptLimits } from "./receipt.ts"

const receiptSettleMaxMs = 10 * 60 * 1000

/** WhatsApp, by the Evolution API. */
export const evolution = channelKind({
  name: "evolution",
  shownAs: "whatsapp",
  settings: {
    evolutionUrl: httpUrl(
      "CENTURION_EVOLUTION_URL",
      undefined,
      "The Evolution API; without it, no WhatsApp."
    ),
    evolutionApiKey: needed(secret("CENTURION_EVOLUTION_API_KEY", "The key of the Evolution API.")),
    evolutionInstances: needed(
      names("CENTURION_EVOLUTION_INSTANCES", "The WhatsApp instances that we answer for.")
    ),
    evolutionWebhookSecret: needed(
      secret("CENTURION_EVOLUTION_WEBHOOK_SECRET", "What its webhooks prove themselves by.")
    ),
    evolutionSignature: choice(
      "CENTURION_EVOLUTION_SIGNATURE",
      "header",
      ["header", "hmac"],
      "How its webhooks carry the secret: as a header, or as an HMAC of the body."
    ),
    receiptSettleMs: integer(
      "CENTURION_RECEIPT_SETTLE_MS",
      receiptLimits.settleMs,
      0,
      receiptSettleMaxMs,
      "After an attempt, until the Evolution API's word that it sent nothing is believed."
    )
  },
  switchedOnBy: "evolutionUrl",
  contactKind: "phone",
  webhook: {
    provider: "Evolution",
    secretHeader,
    example: {
      event: "messages.upsert",
      instance: "main",
      data: {
        key: { remoteJid: "5511999990000@s.whatsapp.net", fromMe: false, id: "3EB0A1B2C3" },
        pushName: "Maria",
        message: { conversation: "Oi!" },
        messageTimestamp: 1_767_614_400
      }
    }
  },
  reachedAt: ({ evolutionUrl, evolutionInstances }) =>
    `Evolution API at ${new URL(evolutionUrl).host}, ${evolutionInstances.join(", ")}`,
  make: (values) =>
    makeEvolution({
      baseUrl: values.evolutionUrl,
      apiKey: values.evolutionApiKey,
      instances: values.evolutionInstances,
      webhookSecret: values.evolutionWebhookSecret,
      signature: values.evolutionSignature,
      receiptSettleMs: values.receiptSettleMs
    })
})
