import { createHmac } from "node:crypto"
import type { Passed } from "./accepted-log.ts"
import { contentOf, instanceId, newId, sentRecord, storedRecord } from "./evolution-records.ts"
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

/** A double of Evolution API 2 (WhatsApp), after its published source, version 2.3. */
export interface EvolutionDoubleOptions extends DoubleOptions {
  /** Default `double-key`. */
  readonly apiKey?: string
  /** Default `["main"]`; the first one is where leads write to. */
  readonly instances?: ReadonlyArray<string>
  /** Default `x-centurion-secret`. */
  readonly secretHeader?: string
  /** `hmac` signs the raw bytes into `x-centurion-signature` instead of sending the secret. */
  readonly signature?: "header" | "hmac"
  /** True: every send comes back as `messages.upsert` with `fromMe` too, as some versions do. */
  readonly echo?: boolean
}

/** The owner of every instance of the double. */
const ownNumber = "5511900000000"

/** Starts the double; webhooks go to `webhook` with the secret, until they are answered with 2xx. */
export const startEvolutionDouble = (options: EvolutionDoubleOptions): Promise<Double> =>
  startDouble(
    options,
    {
      headers: (body) => secretHeaders(options, body),
      // Evolution's default `WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES`.
      giveUpOn: new Set([400, 401, 403, 404, 422])
    },
    (workshop) => evolutionWire(options, workshop)
  )

function secretHeaders(options: EvolutionDoubleOptions, body: string): Readonly<Record<string, string>> {
  const secret = options.secret ?? ""
  return options.signature === "hmac"
    ? { "x-centurion-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` }
    : { [options.secretHeader ?? "x-centurion-secret"]: secret }
}

function evolutionWire(options: EvolutionDoubleOptions, workshop: Workshop): Wire {
  const instances = options.instances ?? ["main"]
  const apiKey = options.apiKey ?? "double-key"
  return {
    incoming: (incoming) => receive(incoming, instances[0] ?? "main", options, workshop),
    answer: (call) => {
      const [, area = "", action = "", instance = ""] = call.path.split("/")
      if (call.headers.apikey !== apiKey) return failed(401, "Unauthorized", "Unauthorized")
      if (!instances.includes(instance)) {
        return failed(404, "Not Found", [`The "${instance}" instance does not exist`])
      }
      switch (`${call.method} ${area}/${action}`) {
        case "POST message/sendText":
          return sendText(call, instance, options, workshop)
        case "POST chat/findMessages":
          return findMessages(call, instance, workshop)
        case "POST chat/sendPresence":
          return { status: 201, body: { presence: call.body.presence }, delayMs: Number(call.body.delay) }
        case "GET instance/connectionState":
          return { status: 200, body: { instance: { instanceName: instance, state: "open" } } }
        case "POST webhook/set":
          return setWebhook(call, workshop)
        default:
          return failed(404, "Not Found", [`Cannot ${call.method} ${call.path}`])
      }
    }
  }
}

function failed(status: number, error: string, message: unknown): Answer {
  return { status, body: { status, error, response: { message } } }
}

function sendText(
  { body }: ProviderCall,
  instance: string,
  options: EvolutionDoubleOptions,
  workshop: Workshop
): Answer {
  const { number, text } = body
  const missing = ["number", "text"].filter((name) => typeof body[name] !== "string")
  if (typeof number !== "string" || typeof text !== "string") {
    return failed(400, "Bad Request", [missing.map((name) => `requires property "${name}"`)])
  }
  if (text.trim() === "") return failed(400, "Bad Request", ["Text is required"])
  const contact = number.replace(/@.*$/, "").replace(/\D/g, "")
  if (workshop.contacts.get(contact) === "unknown") {
    return failed(400, "Bad Request", [{ jid: `${contact}@s.whatsapp.net`, exists: false, number }])
  }
  const fate = workshop.faults.nextSend()
  const refused = refusedByFault(
    fate,
    (status) => failed(status, wordsFor(status), fate.says ?? wordsFor(status)).body
  )
  if (refused !== undefined) return refused
  const passed: Passed = { kind: "sent", instance, contact, id: newId("3EB0"), at: Date.now(), text }
  workshop.log.add(passed)
  return {
    status: 201,
    body: sentRecord(passed),
    delayMs: fate.delayMs,
    loseAnswer: fate.loseAnswer,
    afterwards: () => tellSent(passed, options, workshop)
  }
}

function wordsFor(status: number): string {
  return status === 429
    ? "Too Many Requests"
    : status === 400
      ? "Error: Connection Closed"
      : "Internal Server Error"
}

function tellSent(passed: Passed, options: EvolutionDoubleOptions, workshop: Workshop): void {
  const { contact, id, instance } = passed
  const post = (event: string, data: unknown, delayMs = 0) =>
    workshop.webhooks.post(contact, envelope(event, instance, data, options, workshop), delayMs)
  post("send.message", sentRecord(passed))
  if (options.echo) post("messages.upsert", { ...sentRecord(passed), status: "SERVER_ACK" })
  for (const status of workshop.faults.arrange(["SERVER_ACK", "DELIVERY_ACK", "READ"])) {
    const update = {
      messageId: `cm${id.toLowerCase()}`,
      keyId: id,
      remoteJid: `${contact}@s.whatsapp.net`,
      fromMe: true,
      participant: `${contact}@s.whatsapp.net`,
      status,
      instanceId
    }
    post("messages.update", update, options.ackDelayMs ?? 20)
  }
}

function receive(
  incoming: Incoming,
  instance: string,
  options: EvolutionDoubleOptions,
  workshop: Workshop
): Passed {
  const { contact, fromMe = false, name = "Lead" } = incoming
  const [messageType, content] = contentOf(incoming)
  const id = newId("3A")
  const passed: Passed = {
    kind: "incoming",
    instance,
    contact,
    id,
    at: Date.now(),
    text: incoming.text ?? ""
  }
  workshop.log.add(passed)
  const data = {
    key: { remoteJid: `${contact}@s.whatsapp.net`, fromMe, id },
    pushName: fromMe ? "Você" : name,
    status: fromMe ? "SERVER_ACK" : "DELIVERY_ACK",
    message: { ...content, messageContextInfo: { deviceListMetadataVersion: 2 } },
    contextInfo: null,
    messageType,
    messageTimestamp: Math.floor(passed.at / 1000),
    instanceId,
    source: "android"
  }
  const body = envelope("messages.upsert", instance, data, options, workshop)
  for (let time = 0; time < (incoming.repeat ?? 1); time++) workshop.webhooks.post(contact, body)
  return passed
}

function envelope(
  event: string,
  instance: string,
  data: unknown,
  options: EvolutionDoubleOptions,
  workshop: Workshop
) {
  return {
    event,
    instance,
    data,
    destination: workshop.webhooks.settings.url ?? null,
    date_time: new Date().toISOString(),
    sender: `${ownNumber}@s.whatsapp.net`,
    server_url: workshop.url(),
    apikey: options.apiKey ?? "double-key"
  }
}

interface Where {
  readonly key?: { readonly remoteJid?: string; readonly fromMe?: boolean; readonly id?: string }
  readonly messageTimestamp?: { readonly gte?: string; readonly lte?: string }
}

/** Pages of stored messages, newest first; a time range counts only with both of its ends, as in the original. */
function findMessages({ body }: ProviderCall, instance: string, workshop: Workshop): Answer {
  const { key = {}, messageTimestamp: range } = (body.where ?? {}) as Where
  const size = Number(body.offset ?? 50)
  const page = Number(body.page ?? 1)
  const seconds = (iso: string) => Math.floor(Date.parse(iso) / 1000)
  const records = (["sent", "phone", "incoming"] as const)
    .flatMap((kind) => workshop.log.of(kind))
    .filter((passed) => passed.instance === instance)
    .map((passed) => storedRecord(passed))
    .filter((record) => key.id === undefined || record.key.id === key.id)
    .filter((record) => key.remoteJid === undefined || record.key.remoteJid === key.remoteJid)
    .filter((record) => !key.fromMe || record.key.fromMe)
    .filter(({ messageTimestamp: at }) =>
      range?.gte && range.lte ? at >= seconds(range.gte) && at <= seconds(range.lte) : true
    )
    .sort((one, other) => other.messageTimestamp - one.messageTimestamp)
  const messages = {
    total: records.length,
    pages: Math.ceil(records.length / size),
    currentPage: page,
    records: records.slice(size * (page - 1), size * page)
  }
  return { status: 200, body: { messages } }
}

function setWebhook({ body }: ProviderCall, { webhooks }: Workshop): Answer {
  const webhook = (body.webhook ?? {}) as {
    url?: string
    headers?: Record<string, string>
    enabled?: boolean
  }
  if (webhook.url === undefined) return failed(400, "Bad Request", [['requires property "url"']])
  webhooks.settings.url = webhook.enabled === false ? undefined : webhook.url
  const { headers } = webhook
  if (headers !== undefined) webhooks.settings.headers = () => headers
  return { status: 201, body: { id: "cmwebhook", instanceId, enabled: true, ...webhook } }
}

if (import.meta.main) {
  await runDouble(["api-key", "instances", "secret-header", "signature", "echo"], (options, own) =>
    startEvolutionDouble({
      ...options,
      ...(own["api-key"] === undefined ? {} : { apiKey: own["api-key"] }),
      ...(own.instances === undefined ? {} : { instances: own.instances.split(",") }),
      ...(own["secret-header"] === undefined ? {} : { secretHeader: own["secret-header"] }),
      signature: own.signature === "hmac" ? "hmac" : "header",
      echo: own.echo === "true"
    })
  )
}
