import { Agent, request } from "node:http"
import type { Draft } from "./draft.ts"

/** A request as it goes out. */
export interface Sent {
  readonly method: string
  readonly target: string
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array | undefined
}

/** What came back; `undefined` as the status when the connection broke. */
export interface Received {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
  readonly ms: number
}

const answerMaxMs = 60_000

/** Sends requests just as they are written, over a few connections. */
export const sender = (url: string, connections: number) => {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const send = (sent: Sent): Promise<Received> =>
    new Promise((resolve) => {
      const began = performance.now()
      const broke = (why: string) =>
        resolve({ status: undefined, headers: {}, text: why, ms: performance.now() - began })
      try {
        const going = request({
          agent,
          hostname,
          port,
          method: sent.method,
          path: sent.target,
          headers: sent.headers.flat() as never,
          signal: AbortSignal.timeout(answerMaxMs)
        })
        going.on("response", (response) => {
          const pieces: Array<Buffer> = []
          response.on("data", (piece: Buffer) => pieces.push(piece))
          response.on("error", (error) => broke(error.message))
          response.on("end", () =>
            resolve({
              status: response.statusCode,
              headers: response.headers,
              text: Buffer.concat(pieces).toString("utf8"),
              ms: performance.now() - began
            })
          )
        })
        going.on("error", (error) => broke(error.message))
        going.end(sent.body)
      } catch (error) {
        broke(`not sent: ${(error as Error).message}`)
      }
    })
  return { send, close: () => agent.destroy() }
}

/** As a URL takes it; a lone surrogate has no UTF-8, so it goes as the bytes that a careless client would send. */
const escaped = (text: string): string => {
  try {
    return encodeURIComponent(text)
  } catch {
    return encodeURIComponent(text.replace(/[\ud800-\udfff]/g, "?")).replaceAll("%3F", "%ED%A0%80")
  }
}

/** Which headers a client could not even send. */
const isSendable = ([, value]: readonly [string, string]) => !/[^\t\x20-\x7e\x80-\xff]/.test(value)

/** The request that a draft has become. */
export const toSend = (draft: Draft, authorization: string | undefined, address: string): Sent => {
  const path = draft.rawPath ?? `/${draft.segments.map(escaped).join("/")}`
  const query =
    draft.rawQuery ?? draft.query.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join("&")
  const json = draft.body === undefined ? undefined : Buffer.from(JSON.stringify(draft.body) ?? "")
  const body = draft.rawBody ?? json
  const has = (name: string) => draft.headers.some(([each]) => each === name)
  const headers: Array<readonly [string, string]> = [
    ["host", "centurion.test"],
    ["x-forwarded-for", address],
    ...(authorization === undefined ? [] : [["authorization", authorization] as const]),
    ...(body === undefined || has("content-type") ? [] : [["content-type", "application/json"] as const]),
    ...(body === undefined ? [] : [["content-length", String(body.byteLength)] as const]),
    ...draft.headers
  ]
  return {
    method: draft.method,
    target: query === "" ? path : `${path}?${query}`,
    headers: headers.filter(isSendable),
    body
  }
}
