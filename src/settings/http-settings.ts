import { integer, secret, text } from "./setting.ts"

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/** What is set from outside for the server and the API. */
export const httpSettings = {
  port: integer("PORT", 8080, 0, 65_535, "The port that the server listens on; 0 takes a free one."),
  host: text("HOST", "127.0.0.1", "The address that the server listens on."),
  bodyMaxBytes: integer(
    "CENTURION_BODY_MAX_BYTES",
    mebibyte,
    kibibyte,
    64 * mebibyte,
    "A request's body at most, but for webhooks."
  ),
  webhookMaxBytes: integer(
    "CENTURION_WEBHOOK_MAX_BYTES",
    32 * mebibyte,
    kibibyte,
    256 * mebibyte,
    "A webhook's body at most: gateways send along the files that leads send."
  ),
  trustedProxies: integer(
    "CENTURION_TRUSTED_PROXIES",
    0,
    0,
    10,
    "Our own proxies in front of the server: so many addresses of X-Forwarded-For are believed, from its end."
  ),
  chatPerAddress: integer(
    "CENTURION_CHAT_PER_ADDRESS",
    60,
    1,
    100_000,
    "Messages a minute by the public chat from one address, and ten times that an hour; a third for those who are new."
  ),
  chatPerCompany: integer(
    "CENTURION_CHAT_PER_COMPANY",
    1_200,
    1,
    1_000_000,
    "Messages a minute by the public chat to one company, and ten times that an hour; a third for those who are new."
  ),
  metricsToken: secret(
    "CENTURION_METRICS_TOKEN",
    "What /metrics wants as a bearer token; without it, only this machine may read them."
  )
}
