import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

const boundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500]

const requests = Metric.counter("api_requests_total", {
  description: "Requests of the API, by operation and status.",
  incremental: true
})
const times = Metric.histogram("api_response_time_ms", {
  description: "How long they took, by operation.",
  boundaries
})

const counters = new Map<string, Metric.Counter<number>>()
const histograms = new Map<string, Metric.Histogram<number>>()

/** The series of an operation are made once: there are as many as operations and statuses. */
const series = <A>(known: Map<string, A>, key: string, make: () => A): A => {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}

/** Counts a request of an operation and how long it took. */
export const measured = (operation: string, status: number, ms: number): Effect.Effect<void> => {
  const counter = series(counters, `${operation} ${status}`, () =>
    Metric.withAttributes(requests, { operation, status: String(status) })
  )
  const histogram = series(histograms, operation, () => Metric.withAttributes(times, { operation }))
  return Effect.andThen(Metric.update(counter, 1), Metric.update(histogram, ms))
}
