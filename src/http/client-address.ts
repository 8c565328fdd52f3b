import type { IncomingMessage } from "node:http"

/**
 * Where a request comes from. `X-Forwarded-For` is believed only as far as our own proxies wrote it: with two of them,
 * the second from the end. Anything else in it may be made up by the client.
 */
export const clientAddress = (source: IncomingMessage, trustedProxies: number): string => {
  const direct = source.socket.remoteAddress ?? ""
  if (trustedProxies === 0) return direct
  const given = source.headers["x-forwarded-for"]
  const hops = (Array.isArray(given) ? given.join(",") : (given ?? "")).split(",").map((hop) => hop.trim())
  const forwarded = hops.at(-trustedProxies) ?? ""
  return /^[0-9a-fA-F.:]{2,45}$/.test(forwarded) ? forwarded : direct
}
