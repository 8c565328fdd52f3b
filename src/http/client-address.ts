import type { IncomingMessage } from "node:http"
import { isIPv6 } from "node:net"

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

/** What is counted together: an IPv4 address, or the /64 that a subscriber of IPv6 has. */
export const addressGroup = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address
  const [head = "", tail] = address.toLowerCase().split("::")
  const left = head === "" ? [] : head.split(":")
  const right = tail === undefined || tail === "" ? [] : tail.split(":")
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0")
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ""))
    .join(":")
}
