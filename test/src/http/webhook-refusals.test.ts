import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { expect, it } from "vitest"
import { webhookRefusals } from "../../../src/http/webhook-refusals.ts"

it("tells the first refusal at once, and a minute later how many more there were", async () => {
  const lines: Array<string> = []
  const logger = Logger.layer([
    Logger.map(Logger.formatStructured, ({ message }) => {
      // The clock of tests warns when a test is slow.
      if (String(message).includes("refused")) lines.push(String(message))
    })
  ])
  const flood = Effect.gen(function* () {
    const { count } = yield* webhookRefusals
    const refused = (times: number, status: number) =>
      Effect.repeat(count("whatsapp", status, "the secret is wrong"), { times: times - 1 })
    yield* refused(40_000, 401)
    yield* refused(1, 404)
    const atOnce = lines.length
    yield* TestClock.adjust(60_000)
    yield* refused(2, 401)
    return atOnce
  })
  const scoped = Effect.scoped(flood).pipe(Effect.provide(logger), Effect.provide(TestClock.layer()))
  const atOnce = await Effect.runPromise(scoped)
  expect(atOnce).toBe(2)
  const first = "a webhook is refused with 401: the secret is wrong"
  expect(lines).toEqual([
    first,
    "a webhook is refused with 404: the secret is wrong",
    "39999 more webhooks were refused with 401 within 60 s",
    first,
    // When the server stops.
    "1 more webhook was refused with 401 within 60 s"
  ])
})
