import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { pause } from "./program.ts"
import type { Random } from "./random.ts"

/** Stands between the providers and our processes, and delivers as badly as the world does. */
export interface WebhookRelay {
  readonly url: string
  /** Ids of messages that some process of ours answered with 200, and how often. */
  readonly acknowledged: ReadonlyMap<string, number>
  /** Copies that were handed over so far, and those that are still on their way. */
  readonly counts: () => { readonly delivered: number; readonly pending: number; readonly refused: number }
  readonly close: () => Promise<void>
}

/** How one webhook is delivered. */
export interface Copies {
  /** How often in all, from 1. */
  readonly times: number
  /** How many of them at the same moment; the others follow one after the other. */
  readonly atOnce: number
  /** Before each of those that follow, ms. */
  readonly pauseMs: number
}

/** Hundreds of webhooks that come again all the time would be a load of their own. */
const retryMs = { first: 30, most: 1000 } as const
/** A provider's patience with a process that does not answer. */
const answerMaxMs = 3000

/** Starts the relay; every copy goes to one of `targets` by chance, again and again until it is answered with 200. */
export const startRelay = async (options: {
  readonly targets: () => ReadonlyArray<string>
  readonly random: Random
  readonly copies: () => Copies
}): Promise<WebhookRelay> => {
  const { random } = options
  const acknowledged = new Map<string, number>()
  const counts = { delivered: 0, pending: 0, refused: 0 }
  let closed = false

  const attempt = async (path: string, body: string, headers: Record<string, string>) => {
    const targets = options.targets()
    const target = targets[random.below(targets.length)]
    if (target === undefined) return 0
    try {
      const answer = await fetch(`${target}${path}`, {
        method: "POST",
        body,
        headers,
        signal: AbortSignal.timeout(answerMaxMs)
      })
      await answer.arrayBuffer()
      return answer.status
    } catch {
      return 0
    }
  }

  const deliver = async (path: string, body: string, headers: Record<string, string>) => {
    counts.pending++
    let waitMs: number = retryMs.first
    while (!closed) {
      const status = await attempt(path, body, headers)
      if (status >= 200 && status < 300) {
        counts.delivered++
        for (const id of messagesIn(path, body)) acknowledged.set(id, (acknowledged.get(id) ?? 0) + 1)
        break
      }
      if (status >= 400 && status < 500 && status !== 429) {
        counts.refused++
        break
      }
      await pause(waitMs)
      waitMs = Math.min(waitMs * 2, retryMs.most)
    }
    counts.pending--
  }

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const headers = passedOn(request)
    const path = request.url ?? "/"
    const { times, atOnce, pauseMs } = options.copies()
    const copy = () => deliver(path, body, headers)
    await Promise.all(Array.from({ length: atOnce }, copy))
    // The provider's next message need not wait for the copies of this one.
    response.writeHead(200).end("{}")
    for (let sent = atOnce; sent < times; sent++) {
      counts.pending++
      await pause(pauseMs)
      counts.pending--
      await copy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    acknowledged,
    counts: () => counts,
    close: async () => {
      closed = true
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Array<Buffer> = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString("utf8")
}

const passedOn = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name === "content-type" || name.startsWith("x-") ? [[name, String(value)] as const] : []
    )
  )

/** `channel id` of each message that a webhook brings; news of our own messages bring none. */
const messagesIn = (path: string, body: string): ReadonlyArray<string> => {
  const { event, data, message, messageId } = JSON.parse(body)
  if (path.endsWith("/whatsapp")) return event === "messages.upsert" ? [`evolution ${data.key.id}`] : []
  if (path.endsWith("/telegram")) return [`telegram ${message.chat.id}:${message.message_id}`]
  return [`keyed ${messageId}`]
}
