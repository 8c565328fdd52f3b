import { choice, httpUrl } from "../settings/setting.ts"

/** What this process tells of itself, and to whom. */
export const telemetrySettings = {
  otlpUrl: httpUrl(
    "CENTURION_OTLP_URL",
    undefined,
    "Where traces, metrics and logs are sent by OTLP over HTTP; without it, nowhere."
  ),
  logLevel: choice(
    "CENTURION_LOG_LEVEL",
    "info",
    ["trace", "debug", "info", "warn", "error", "none"],
    "The least important log lines that are written."
  ),
  logFormat: choice(
    "CENTURION_LOG_FORMAT",
    "auto",
    ["auto", "line", "json"],
    "How log lines are written: short lines for people, or JSON; auto asks whether a terminal is there."
  )
}
