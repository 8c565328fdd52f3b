import type { Passed } from "./accepted-log.ts"
import {
  type Answer,
  type Double,
  type DoubleOptions,
  type Incoming,
  type ProviderCall,
  refusedByFault,
  startDouble,
  type Wire,
  type Workshop
} from "./provider-double.ts"
import { runDouble } from "./run-double.ts"

/** A double of Telegram's Bot API for one bot. */
export interface TelegramDoubleOptions extends DoubleOptions {
  /** Default `42:double-token`. */
  readonly token?: string
}

const bot = { id: 42, is_bot: true, first_name: "Centurion", username: "centurion_double_bot" }
const textLengthMax = 4096

/** Starts the double; updates go to `webhook` with the secret token, until they are answered with 2xx. */
export const startTelegramDouble = (options: TelegramDoubleOptions): Promise<Double> =>
  startDouble(
    options,
    {
      headers: () => secretHeaders(options.secret),
      giveUpOn: new Set()
    },
    (workshop) => telegramWire(options.token ?? "42:double-token", workshop)
  )

function secretHeaders(secret: string | undefined): Readonly<Record<string, string>> {
  return secret === undefined ? {} : { "x-telegram-bot-api-secret-token": secret }
}

function telegramWire(token: string, workshop: Workshop): Wire {
  // Without a state file a restarted double must not use an old number again.
  const numbers = workshopNumbers(workshop)
  return {
    incoming: (incoming) => receive(incoming, numbers, workshop),
    answer: (call) => {
      const [, botPart = "", method = ""] = call.path.split("/")
      if (botPart !== `bot${token}`) return failed(401, "Unauthorized")
      switch (method) {
        case "getMe":
          return done(bot)
        case "sendMessage":
          return sendMessage(call, numbers, workshop)
        case "sendChatAction":
          return done(true)
        case "setWebhook":
          return setWebhook(call, workshop)
        case "getWebhookInfo":
          return done({
            url: workshop.webhooks.settings.url ?? "",
            has_custom_certificate: false,
            pending_update_count: workshop.webhooks.counts().pending
          })
        default:
          return failed(404, "Not Found: method not found")
      }
    }
  }
}

/** Message and update numbers: one after the highest that passed, else after the seconds since 2025. */
function workshopNumbers({ log }: Workshop): { next: () => number } {
  const used = [...log.of("sent"), ...log.of("incoming")].map(({ id }) => Number(id.split(":")[1]))
  let last = used.reduce(
    (highest, id) => Math.max(highest, id),
    Math.floor(Date.now() / 1000) - 1_735_689_600
  )
  return { next: () => ++last }
}

function done(result: unknown): Answer {
  return { status: 200, body: { ok: true, result } }
}

function failed(status: number, description: string, parameters?: unknown): Answer {
  const body = { ok: false, error_code: status, description }
  return { status, body: parameters === undefined ? body : { ...body, parameters } }
}

function sendMessage({ body }: ProviderCall, numbers: { next: () => number }, workshop: Workshop): Answer {
  const contact = String(body.chat_id ?? "")
  const { text } = body
  if (contact === "") return failed(400, "Bad Request: chat_id is empty")
  if (typeof text !== "string" || text.trim() === "") return failed(400, "Bad Request: message text is empty")
  if (text.length > textLengthMax) return failed(400, "Bad Request: message is too long")
  const reachable = workshop.contacts.get(contact)
  if (reachable === "blocked") return failed(403, "Forbidden: bot was blocked by the user")
  if (reachable === "unknown" || !/^-?\d+$/.test(contact)) return failed(400, "Bad Request: chat not found")
  const fate = workshop.faults.nextSend()
  const seconds = fate.retryAfterSeconds
  const refused = refusedByFault(fate, (status) =>
    status === 429
      ? failed(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds }).body
      : failed(status, "Internal Server Error").body
  )
  if (refused !== undefined) return refused
  const number = numbers.next()
  const at = Date.now()
  workshop.log.add({ kind: "sent", instance: "bot", contact, id: `${contact}:${number}`, at, text })
  const result = { message_id: number, from: bot, chat: chatOf(contact), date: Math.floor(at / 1000), text }
  return { ...done(result), delayMs: fate.delayMs, loseAnswer: fate.loseAnswer }
}

function receive(incoming: Incoming, numbers: { next: () => number }, workshop: Workshop): Passed {
  const { contact, name = "Lead" } = incoming
  const number = numbers.next()
  const at = Date.now()
  const passed: Passed = {
    kind: "incoming",
    instance: "bot",
    contact,
    id: `${contact}:${number}`,
    at,
    text: incoming.text ?? ""
  }
  workshop.log.add(passed)
  const message = {
    message_id: number,
    from: { id: Number(contact), is_bot: false, first_name: name, language_code: "pt-br" },
    chat: chatOf(contact, name),
    date: Math.floor(at / 1000),
    ...contentOf(incoming)
  }
  const update = { update_id: numbers.next(), message }
  for (let time = 0; time < (incoming.repeat ?? 1); time++) workshop.webhooks.post(contact, update)
  return passed
}

function chatOf(contact: string, name = "Lead") {
  return { id: Number(contact), first_name: name, type: "private" }
}

function contentOf({ text, audio, image }: Incoming): Readonly<Record<string, unknown>> {
  if (audio !== undefined) {
    const voice = {
      file_id: `AwACAgEAAxk${audio}`,
      file_unique_id: "AgADvoice",
      duration: audio,
      file_size: 8412
    }
    return { voice: { ...voice, mime_type: "audio/ogg" } }
  }
  if (image !== undefined) {
    const photo = [
      { file_id: "AgACAgEAAxkS", file_unique_id: "AQADs", file_size: 1253, width: 90, height: 67 },
      { file_id: "AgACAgEAAxkL", file_unique_id: "AQADl", file_size: 40121, width: 800, height: 600 }
    ]
    return image === "" ? { photo } : { photo, caption: image }
  }
  return { text: text ?? "" }
}

function setWebhook({ body }: ProviderCall, { webhooks }: Workshop): Answer {
  const { url, secret_token } = body
  if (typeof url !== "string") return failed(400, "Bad Request: bad webhook: URL is not specified")
  webhooks.settings.url = url === "" ? undefined : url
  webhooks.settings.headers = () => secretHeaders(typeof secret_token === "string" ? secret_token : undefined)
  return { status: 200, body: { ok: true, result: true, description: "Webhook was set" } }
}

if (import.meta.main) {
  await runDouble(["token"], (options, own) =>
    startTelegramDouble({ ...options, ...(own.token === undefined ? {} : { token: own.token }) })
  )
}
