import { httpUrl, integer, secret } from "../setting.ts"

/** What is set from outside for the API and for those who watch it. */
export const apiSettings = {
  trustedProxies: integer(
    "CENTURION_TRUSTED_PROXIES",
    0,
    0,
    10,
    "Our own proxies in front of the server: so many addresses of X-Forwarded-For are believed, from its end."
  ),
  metricsToken: secret(
    "CENTURION_METRICS_TOKEN",
    "What /metrics wants as a bearer token; without it, only this machine may read them."
  ),
  otlpUrl: httpUrl(
    "CENTURION_OTLP_URL",
    undefined,
    "Where traces, metrics and logs are sent by OTLP over HTTP; without it, nowhere."
  )
}
