import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { expect, test } from "vitest"
import { personLine } from "../../../src/wiring/log.ts"

const linesOf = async (work: Effect.Effect<unknown>, hasColours = false): Promise<ReadonlyArray<string>> => {
  const lines: Array<string> = []
  const gather = Logger.map(personLine(hasColours), (line) => void lines.push(line))
  await Effect.runPromise(Effect.provide(work, Logger.layer([gather])))
  return lines.map((line) => line.replace(/\d\d:\d\d:\d\d/, "15:04:05"))
}

test("a log line for people is short: the time, what happened, and what belongs to it", async () => {
  const work = Effect.annotateLogs(Effect.logInfo("listening"), { url: "http://127.0.0.1:8080", lanes: 2 })
  expect(await linesOf(work)).toEqual(["15:04:05 listening  url=http://127.0.0.1:8080  lanes=2"])
  expect(await linesOf(Effect.logWarning("no key"))).toEqual(["15:04:05 warn no key"])
})

test("a log line for people says the cause below, and has colours on a terminal alone", async () => {
  const [line] = await linesOf(Effect.logError("it broke", Cause.fail(new Error("no disk"))))
  expect(line).toMatch(/^15:04:05 error it broke\nError: no disk/)
  expect(await linesOf(Effect.logWarning("no key"), true)).toEqual([
    "\u001b[90m15:04:05\u001b[0m \u001b[33mwarn \u001b[0mno key"
  ])
})
