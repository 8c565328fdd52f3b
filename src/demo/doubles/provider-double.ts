import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { AcceptedLog, type Passed } from "./accepted-log.ts"
import { type Fate, type FaultSettings, Faults } from "./faults.ts"
import { WebhookSender, type WebhookSettings } from "./webhook-sender.ts"

/** What every double can be told at its start. */
export interface DoubleOptions {
  /** 0 or nothing takes a free one. */
  readonly port?: number
  /** Where webhooks go; without it they are made and dropped. */
  readonly webhook?: string
  readonly secret?: string
  /** Keeps what passed in this file of JSON lines. */
  readonly stateFile?: string
  readonly seed?: number
  /** Pause before a webhook's second try, default 200; doubled up to 5 s. */
  readonly retryMs?: number
  /** Pause before each delivery update, default 20. */
  readonly ackDelayMs?: number
}

/** What a lead writes: one message, its webhook delivered `repeat` times (default 1). */
export interface Incoming {
  readonly contact: string
  readonly text?: string
  /** A voice message of so many seconds. */
  readonly audio?: number
  /** An image with this caption, which may be empty. */
  readonly image?: string
  readonly name?: string
  readonly repeat?: number
  /** True: our own person writes it on the phone (WhatsApp only). */
  readonly fromMe?: boolean
}

/** Whether a contact can be written to: not known to the provider, or has blocked us. */
export type Reachable = "reachable" | "unknown" | "blocked"

/** One request to the provider's API. `body` is its parsed JSON, `{}` if it had none. */
export interface ProviderCall {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly body: Readonly<Record<string, unknown>>
}

/** What goes back; `afterwards` runs when the answer is out, or was lost. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly delayMs?: number
  readonly loseAnswer?: boolean
  readonly loseRequest?: boolean
  readonly afterwards?: () => void
}

/** What a provider's wire format has to give. */
export interface Wire {
  readonly answer: (call: ProviderCall) => Answer
  /** Makes the message and queues its webhooks; gives what passed. */
  readonly incoming: (incoming: Incoming) => Passed
}

/** The parts that a wire format works with. */
export interface Workshop {
  readonly log: AcceptedLog
  readonly faults: Faults
  readonly webhooks: WebhookSender
  readonly contacts: ReadonlyMap<string, Reachable>
  /** The double's own address. */
  readonly url: () => string
}

/** A running double; the same can be done over HTTP under `/_double/`. */
export interface Double {
  readonly url: string
  readonly port: number
  readonly sent: () => ReadonlyArray<Passed>
  readonly incoming: (incoming: Incoming) => Passed
  readonly setFaults: (settings: FaultSettings) => void
  readonly setContact: (contact: string, reachable: Reachable) => void
  /** Resolves when so many messages were accepted in all. */
  readonly accepted: (count: number) => Promise<void>
  /** Resolves when every webhook so far was answered or given up. */
  readonly idle: () => Promise<void>
  readonly webhookCounts: () => {
    readonly pending: number
    readonly delivered: number
    readonly gaveUp: number
  }
  readonly close: () => Promise<void>
}

/** Starts a double of a provider on 127.0.0.1. */
export const startDouble = async (
  options: DoubleOptions,
  webhook: Pick<WebhookSettings, "headers" | "giveUpOn">,
  wireOf: (workshop: Workshop) => Wire
): Promise<Double> => {
  const contacts = new Map<string, Reachable>()
  const log = new AcceptedLog(options.stateFile)
  const faults = new Faults(options.seed)
  const webhooks = new WebhookSender({
    ...webhook,
    url: options.webhook,
    retryMs: options.retryMs ?? 200,
    retryMaxMs: 5_000,
    attemptsMax: 10_000
  })
  let url = ""
  const wire = wireOf({ log, faults, webhooks, contacts, url: () => url })
  const double = {
    sent: () => log.of("sent"),
    incoming: wire.incoming,
    setFaults: (settings: FaultSettings) => faults.set(settings),
    setContact: (contact: string, reachable: Reachable) => void contacts.set(contact, reachable),
    accepted: (count: number) => log.sent(count),
    idle: () => webhooks.idle(),
    webhookCounts: () => webhooks.counts()
  }
  const server = createServer((request, response) => {
    serve(request, response, (call) => controlAnswer(call, double, log) ?? wire.answer(call))
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(options.port ?? 0, "127.0.0.1", resolve)
  })
  const port = (server.address() as AddressInfo).port
  url = `http://127.0.0.1:${port}`
  const close = async () => {
    webhooks.stop()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { ...double, url, port, close }
}

/** The answer that a fault asks for instead of the accepted one; none if the send goes well or only its answer is lost. */
export const refusedByFault = (fate: Fate, bodyOf: (status: number) => unknown): Answer | undefined => {
  if (fate.loseRequest) return { status: 0, body: {}, loseRequest: true }
  if (fate.status === undefined) return undefined
  const headers = fate.status === 429 ? { "retry-after": String(fate.retryAfterSeconds) } : {}
  return { status: fate.status, body: bodyOf(fate.status), headers }
}

/** The control API; none for a path of the provider's own. */
function controlAnswer(
  { method, path, body }: ProviderCall,
  double: Omit<Double, "url" | "port" | "close">,
  log: AcceptedLog
): Answer | undefined {
  const ok = (answer: unknown): Answer => ({ status: 200, body: answer })
  switch (`${method} ${path}`) {
    case "GET /_double/sent":
      return ok({ sent: double.sent() })
    case "GET /_double/incoming":
      return ok({ incoming: log.of("incoming") })
    case "GET /_double/state":
      return ok({
        sent: double.sent().length,
        incoming: log.of("incoming").length,
        webhooks: double.webhookCounts()
      })
    case "POST /_double/incoming":
      if (typeof body.contact !== "string") return { status: 400, body: { error: "contact is missing" } }
      return ok(double.incoming(body as unknown as Incoming))
    case "POST /_double/faults":
      double.setFaults(body as FaultSettings)
      return ok({ faults: body })
    case "POST /_double/contacts":
      double.setContact(String(body.contact), body.is as Reachable)
      return ok({ contact: body.contact, is: body.is })
    default:
      return undefined
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answerTo: (call: ProviderCall) => Answer
): Promise<void> {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const answer = answerTo({
    method: request.method ?? "GET",
    path: decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/"),
    headers: request.headers,
    body: bodyOf(Buffer.concat(chunks).toString("utf8"))
  })
  const finish = () => {
    if (answer.loseAnswer || answer.loseRequest) request.socket.destroy()
    else {
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers })
      response.end(JSON.stringify(answer.body))
    }
    answer.afterwards?.()
  }
  // The timer must not keep a process alive whose other side is long gone.
  if (answer.delayMs) setTimeout(finish, answer.delayMs).unref()
  else finish()
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === "object" && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}
