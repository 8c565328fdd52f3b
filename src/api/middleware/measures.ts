import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

const boundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500]

/**
 * Counts the requests of one operation, by status, and how long they took. Each series is a metric of its own: with
 * attributes put on afterwards its name would be put together for every request.
 */
export const measures = (operation: string): ((status: number, ms: number) => Effect.Effect<void>) => {
  const times = Metric.histogram("api_response_time_ms", {
    description: "How long they took, by operation.",
    attributes: { operation },
    boundaries
  })
  const requests = new Map<number, Metric.Counter<number>>()
  const requestsOf = (status: number) => {
    const known = requests.get(status)
    if (known !== undefined) return known
    const made = Metric.counter("api_requests_total", {
      description: "Requests of the API, by operation and status.",
      attributes: { operation, status: String(status) },
      incremental: true
    })
    requests.set(status, made)
    return made
  }
  return (status, ms) =>
    Effect.contextWith((context) =>
      Effect.sync(() => {
        requestsOf(status).updateUnsafe(1, context)
        times.updateUnsafe(ms, context)
      })
    )
}
