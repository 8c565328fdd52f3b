import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import type { JobHandler } from "../../../actors/jobs/job-handler.ts"
import { worker } from "./world/machines.ts"
import { type TestEngine, until } from "./world/run-engine.ts"
import { describeEngine } from "./world/suite.ts"

const companies = ["acme", "globex", "initech"]

/** Hangs for whoever asks for that, and keeps who was asked; `service` is what the input names. */
const provider = () => {
  const asked: Array<string> = []
  const handler: JobHandler = {
    name: "work",
    idempotency: "safe",
    service: (input) => String((input as { readonly by?: string } | null)?.by),
    timeoutMs: 600_000,
    run: (input, { address }) =>
      Effect.suspend(() => {
        const { by, hangs } = input as { readonly by: string; readonly hangs: boolean }
        asked.push(`${address.company} ${by}`)
        return hangs ? Effect.never : Effect.succeed(null)
      })
  }
  const count = (who: string) => asked.filter((each) => each === who).length
  return { asked, handler, count }
}

const begin = ({ engine, run }: TestEngine, company: string, id: string, by: string, hangs: boolean) =>
  run(
    engine.deliver(
      { company, machine: "worker", id },
      { type: "Begin", input: { by, hangs } },
      { principal: "person:ana" }
    )
  )
const several = (engine: TestEngine, company: string, by: string, count: number, hangs: boolean) =>
  Promise.all(
    Array.from({ length: count }, (_, n) => begin(engine, company, `${by}-${hangs}-${n}`, by, hangs))
  )

describeEngine("jobs that hang", (given) => {
  const start = (handler: JobHandler, clock?: typeof given.clock) =>
    given.start({
      machines: [{ machine: worker }],
      handlers: [handler],
      companies,
      limits: { jobConcurrency: 8 },
      ...(clock && { clock })
    })

  it("hold up neither other companies nor their own by another service", async () => {
    const { handler, count } = provider()
    const engine = await start(handler)
    await several(engine, "acme", "whatsapp", 70, true)
    await several(engine, "globex", "whatsapp", 70, true)
    expect(count("acme whatsapp")).toBe(8)
    expect(count("globex whatsapp")).toBe(1)
    await several(engine, "initech", "whatsapp", 5, false)
    await several(engine, "acme", "telegram", 5, false)
    await until("all who don't hang are served", async () => {
      return count("initech whatsapp") === 5 && count("acme telegram") === 5
    })
    expect([count("acme whatsapp"), count("globex whatsapp")]).toEqual([8, 1])
  })

  it("and that a dead owner left in thousands do not keep the few of others from being found", async () => {
    const first = await given.start({ machines: [{ machine: worker }], companies, runJobs: false })
    await several(first, "acme", "whatsapp", 1_100, true)
    given.clock.advance(1000)
    await begin(first, "globex", "late", "telegram", false)
    await first.stop()
    const { handler, count } = provider()
    await start(handler)
    given.clock.advance(1000)
    await until("the other company's job is done", async () => count("globex telegram") === 1)
  })
})
