import type { StoredEvent } from "../../eventstore/log/stored-event.ts"

/** `TimerFired turnClosure`, `JobSucceeded writeReply`, `MessageReceived`. */
export const labelOf = ({ type, data }: StoredEvent): string => {
  if (type === "TimerFired") return `${type} ${String(data.timer)}`
  return type === "JobSucceeded" || type === "JobFailed" ? `${type} ${String(data.name)}` : type
}

/** Epoch ms as `2026-06-01T13:00:05.123Z`. */
export const timeOf = (ms: number): string => new Date(ms).toISOString()

/** `4 s`, `1.5 h`. */
export const spanOf = (ms: number): string => {
  if (ms < 120_000) return `${+(ms / 1000).toFixed(1)} s`
  return ms < 7_200_000 ? `${+(ms / 60_000).toFixed(1)} min` : `${+(ms / 3_600_000).toFixed(1)} h`
}
