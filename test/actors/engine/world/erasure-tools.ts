import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect } from "vitest"
import type { ErasureReport, ErasureTarget } from "../../../../actors/engine/erasures.ts"
import { JobFailedForNow } from "../../../../actors/jobs/job-handler.ts"
import { EventStore } from "../../../../eventstore/log/event-store.ts"
import { verify } from "../../../../eventstore/proof/verify.ts"
import { chat, lead } from "./erasure-machines.ts"
import { type Attempt, scripted } from "./handlers.ts"
import { type TestEngine, type TestEngineOptions, until } from "./run-engine.ts"
import type { EngineSuite } from "./suite.ts"

const machines = [chat, lead]
/** What a lead says. */
export const said = (text: string, n = 1) => ({ type: "Said", text, n })
/** An attempt that is made again after so long. */
export const busyFor =
  (retryAfterMs: number): Attempt =>
  () =>
    Effect.fail(
      new JobFailedForNow({
        reason: "busy",
        message: "Ana Sousa's line is busy",
        happened: "no",
        retryAfterMs
      })
    )

/** Longer than any test moves the clock, unless it means to. */
export const hourMs = 3_600_000
/** Not less than the pause between two looks at the requests. */
export const lookMs = 2000

/** What the tests of erasure do, on the suite's database. */
export const toolsOf = (given: EngineSuite) => {
  const start = (options: Partial<TestEngineOptions> = {}) =>
    given.start({
      machines,
      handlers: [scripted([busyFor(hourMs)])],
      startInput: ({ machine, id }) =>
        Effect.succeed(machine === "lead" ? {} : { leadId: id.split("-")[0]!, name: "Ana Sousa" }),
      limits: { snapshotEvery: 1 },
      ...options
    })
  const ask = (erasure: string, subject = "lead/7") =>
    given.database.admin("select es.request_erasure('acme', $1, $2, 'person:bia', 'asked for')", [
      erasure,
      subject
    ])
  const reportOf = async (erasure: string) => {
    const [row] = await given.database.admin(
      "select report::text from es.erasure where erasure = $1 and done_at is not null",
      [erasure]
    )
    return row === undefined ? undefined : (JSON.parse(String(row[0])) as ErasureReport)
  }
  /** Moves time on, look by look, until it is done. */
  const done = async (erasure: string) => {
    let looks = 0
    await until(`erasure ${erasure} is done`, async () => {
      // Not at every look, so that a slow machine does not come out in another hour.
      if (looks++ % 10 === 0) given.clock.advance(lookMs)
      return (await reportOf(erasure)) !== undefined
    })
    return (await reportOf(erasure))!
  }
  /** What is there of a person: per stream, sealed events, snapshots, jobs, messages, timers. */
  const copies = async (subject = "lead/7") =>
    Object.fromEntries(
      (await given.database.admin("select * from es.copies_of('acme', $1)", [subject])).map(
        ([stream, , , ...counts]) => [stream, counts.slice(0, 5).map(Number)]
      )
    )
  const isWhole = async (engine: TestEngine) =>
    expect(
      await engine.run(Effect.provideService(verify({ company: "acme" }), EventStore, engine.store))
    ).toMatchObject({ ok: true })
  /** Two chats and the lead of each person; each with all kinds of copies. */
  const talk = async (engine: TestEngine) => {
    for (const id of ["7-a", "7-b", "8-a"]) {
      await engine.deliver(`chat/${id}`, said(`the secret of ${id}`, 5))
      await engine.deliver(`chat/${id}`, { type: "Gossip" })
      await engine.deliver(`chat/${id}`, { type: "Ask" })
    }
    await engine.seen("lead/7", "Told", 2)
    await engine.seen("lead/8", "Told")
    await until("only the gossip is on its way", async () => {
      const rows = await given.database.admin("select to_stream from es.message")
      return rows.length === 3
    })
  }
  return { start, ask, reportOf, done, copies, isWhole, talk }
}

/** Stands in the way of the nth commit that proves an erasure: `wait` is run before it. */
export const holding = (nth: number, wait: Effect.Effect<unknown>) =>
  Layer.effect(
    EventStore,
    Effect.map(EventStore, (store) => {
      let proofs = 0
      return {
        ...store,
        append: (batch) =>
          batch.streamsErased.size > 0 && ++proofs === nth
            ? Effect.andThen(wait, store.append(batch))
            : store.append(batch)
      }
    })
  )

/** A place outside the event store. */
export const place = (name: string, erase: ErasureTarget["erase"]): ErasureTarget => ({ name, erase })
