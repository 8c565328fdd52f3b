import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { Engine, TryAgain } from "../../../actors/engine/engine.ts"
import { machines } from "../../../machines/index.ts"
import { Contacts } from "../../../src/companies/contacts.ts"
import { type SubmittedLead, submitLead } from "../../../src/inbox/submit-lead.ts"
import type { TestEngine } from "../../actors/engine/world/run-engine.ts"
import { describeEngine } from "../../actors/engine/world/suite.ts"

const company = "acme"
const rui: SubmittedLead = {
  company,
  who: { name: "Rui", email: "rui@example.com" },
  source: "form",
  principal: "form"
}
const away = new TryAgain({ reason: "storeUnavailable", message: "away", retryAfterMs: 1 })

describeEngine("a lead that is submitted", (given) => {
  const start = () =>
    given.start({
      machines: machines.filter(({ machine: { id } }) => id === "contact" || id === "lead"),
      startInput: ({ machine }) =>
        Effect.succeed(machine === "lead" ? { source: "form", criteria: [], threshold: 50 } : {})
    })

  /** Submits it; what goes to this machine comes too late. */
  const submit = ({ engine }: TestEngine, asked: SubmittedLead, breaksOffAt?: string) => {
    const deliver: Engine["Service"]["deliver"] = (address, ...event) =>
      address.machine === breaksOffAt ? away : engine.deliver(address, ...event)
    const services = Layer.mergeAll(
      Layer.succeed(Engine, { ...engine, deliver }),
      given.clock.layer,
      Layer.provide(Contacts.layer, given.database.layer)
    )
    return Effect.runPromise(Effect.result(Effect.provide(submitLead(asked), services)))
  }
  const idOf = (submitted: Awaited<ReturnType<typeof submit>>) =>
    submitted._tag === "Success" ? submitted.success.address.id : ""

  it("makes the person a contact, once, whatever a later form says", async () => {
    const engine = await start()
    const id = idOf(await submit(engine, rui))
    const again = await submit(engine, { ...rui, who: { email: "RUI@example.com", name: "Somebody else" } })
    expect(idOf(again)).toBe(id)
    const described = await engine.events(`contact/${id}`)
    expect(described.filter(({ type }) => type === "ContactDescribed").map(({ data }) => data)).toEqual([
      expect.objectContaining({ name: "Rui", email: "rui@example.com", by: "form" })
    ])
    expect((await engine.types(`lead/${id}`)).filter((type) => type === "LeadSubmitted")).toHaveLength(2)
  })

  it.each(["contact", "lead"])("that broke off at the %s is made whole by the same form", async (machine) => {
    const engine = await start()
    expect(await submit(engine, { ...rui, key: "k1" }, machine)).toMatchObject({ failure: away })
    await engine.quiet()
    const id = idOf(await submit(engine, { ...rui, key: "k1" }))
    expect(await engine.types(`contact/${id}`)).toEqual([
      "ActorStarted",
      "ContactDescribeAsked",
      "ContactDescribed"
    ])
    expect((await engine.types(`lead/${id}`)).filter((type) => type === "LeadSubmitted")).toHaveLength(1)
  })
})
