import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"
import { remoteQueriesLayer } from "../../../src/control/remote-services.ts"
import type { AnswerSink } from "../../../src/queries/ask-sql.ts"
import { Queries } from "../../../src/queries/queries.ts"
import { openControl } from "./fake-services.ts"

const rowsInAll = 100_000
const pageRows = 1_000
const question = { company: "acme", sql: "select", params: [], rowsMax: null, timeoutMs: 1, estimates: true }

/** Gives 100,000 rows of some 100 characters, page by page, and says how it goes. */
const longAnswer = () => {
  const state = { pages: 0, ended: "" }
  const ask: Queries["Service"]["ask"] = (_question, _asOf, sink, progress) =>
    Effect.gen(function* () {
      progress(1, 2)
      yield* sink.columns(["n"])
      yield* sink.expects(rowsInAll)
      for (; state.pages < rowsInAll / pageRows; state.pages++) {
        // As a database does, it gives others a turn before each page.
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        const first = state.pages * pageRows
        yield* sink.rows(
          Array.from({ length: pageRows }, (_, n) => JSON.stringify({ n: first + n, text: "é".repeat(100) }))
        )
      }
    }).pipe(
      Effect.onExit(({ _tag }) =>
        Effect.sync(() => {
          state.ended = _tag
        })
      )
    )
  return { state, ask }
}

const asking = (
  server: { readonly url: string; readonly token: string },
  sink: Partial<AnswerSink>,
  progress = () => {}
) =>
  Effect.flatMap(Queries, (queries) =>
    queries.ask(
      question,
      null,
      { columns: () => Effect.void, expects: () => Effect.void, rows: () => Effect.void, ...sink },
      progress
    )
  ).pipe(Effect.provide(remoteQueriesLayer(server)))

const becomes = async (look: () => boolean) => {
  while (!look()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test("an answer of 100,000 rows comes whole, in its order, after its columns and its progress", async () => {
  const { state, ask } = longAnswer()
  const server = await openControl({ "queries.ask": ask })
  const heard: Array<unknown> = []
  let next = 0
  await Effect.runPromise(
    asking(
      server,
      {
        columns: (names) => Effect.sync(() => void heard.push(names)),
        expects: (rows) => Effect.sync(() => void heard.push(rows)),
        rows: (rows) =>
          Effect.sync(() => {
            for (const row of rows) if (JSON.parse(row).n === next) next++
          })
      },
      (...of: ReadonlyArray<unknown>) => void heard.push(of)
    )
  )
  expect([next, heard, state.ended]).toEqual([rowsInAll, [[1, 2], ["n"], rowsInAll], "Success"])
  await server.close()
})

test("who reads slowly holds up the answer, and who goes away ends it", async () => {
  const { state, ask } = longAnswer()
  const server = await openControl({ "queries.ask": ask })
  const reading = Effect.runFork(asking(server, { rows: () => Effect.never }))
  // All that fits between the two is given, and then nothing more.
  for (let before = -1; before !== state.pages || before === 0; ) {
    before = state.pages
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  expect(state.pages).toBeGreaterThan(0)
  expect(state.pages).toBeLessThan(60)
  expect(state.ended).toBe("")
  await Effect.runPromise(Fiber.interrupt(reading))
  await becomes(() => state.ended !== "")
  expect([state.ended, state.pages < rowsInAll / pageRows]).toEqual(["Failure", true])
  await server.close()
})

test("who can't take a row ends the question with its own failure", async () => {
  const { state, ask } = longAnswer()
  const server = await openControl({ "queries.ask": ask })
  const full = asking(server, { rows: () => Effect.die(new Error("the disk is full")) })
  await expect(Effect.runPromise(full)).rejects.toThrow("the disk is full")
  await becomes(() => state.ended === "Failure")
  await server.close()
})

test("a comparison says how far it is, and then what was found", async () => {
  const found = { company: "acme", readModel: "leads", differing: 0 }
  const server = await openControl({
    "queries.compare": (_company: string, _model: string, progress: (done: number, total: number) => void) =>
      Effect.sync(() => {
        progress(1, 3)
        return found
      })
  })
  const told: Array<unknown> = []
  const comparing = Effect.flatMap(Queries, (queries) =>
    queries.compare("acme", "leads", (...of) => void told.push(of))
  )
  expect(await Effect.runPromise(Effect.provide(comparing, remoteQueriesLayer(server)))).toEqual(found)
  expect(told).toEqual([[1, 3]])
  await server.close()
})
