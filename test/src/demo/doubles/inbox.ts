import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { WebhookRequest } from "../../../../src/channels/channel.ts"

/** A place that webhooks come to. `answers` are the statuses of the first ones; all others get 200. */
export const startInbox = async (answers: ReadonlyArray<number> = []) => {
  const requests: Array<WebhookRequest> = []
  const left = [...answers]
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      requests.push({
        body: Buffer.concat(chunks),
        headers: request.headers as Readonly<Record<string, string | undefined>>
      })
      response.writeHead(left.shift() ?? 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    requests,
    /** The bodies, parsed. */
    bodies: () =>
      requests.map(
        ({ body }) => JSON.parse(new TextDecoder().decode(body)) as { event?: string; data?: unknown }
      ),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }
  }
}
