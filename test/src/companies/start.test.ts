import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { setup } from "xstate"
import { machines } from "../../../machines/index.ts"
import { Companies } from "../../../src/companies/companies.ts"
import { type Starts, type StartsWithMore, starts } from "../../../src/companies/start/index.ts"

const booked = { VisitBooked: Schema.Struct({ leadId: Schema.String, place: Schema.String }) }
const visit = {
  machine: setup({}).createMachine({ id: "visit", initial: "a", states: { a: {} } }),
  input: Schema.Struct({ leadId: Schema.String }),
  events: booked
}

test("a machine that starts with more than an event of its own tells is a type error without a start", () => {
  const told: [StartsWithMore<typeof visit>] extends [never] ? true : false = true
  const input = Schema.Struct({ leadId: Schema.String, price: Schema.optionalKey(Schema.Number) })
  const missing = { ...visit, input }
  const untold: StartsWithMore<typeof missing> = "visit"
  const { lead: _, ...others } = starts
  // @ts-expect-error: the lead is not there
  const withoutLead: Starts = others
  expect([told, untold, withoutLead]).toEqual([true, "visit", others])
})

test("a start is that of a machine on the list", () => {
  const names = machines.map(({ machine }) => machine.id)
  expect(Object.keys(starts).filter((name) => !names.includes(name))).toEqual([])
})

test("a lead that a form begins came by that form, and a deal starts with what its first event tells", async () => {
  const begin = (machine: string, event: { readonly type: string; readonly source?: string }) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const { startInput } = yield* Companies
        return yield* startInput({ company: "demo", machine, id: "1" }, event, undefined)
      }).pipe(Effect.provide(Companies.layerDemo))
    )
  expect(await begin("lead", { type: "LeadSubmitted", source: "the site" })).toMatchObject({
    source: "the site"
  })
  expect(await begin("lead", { type: "LeadSpoke" })).toMatchObject({ source: "conversation" })
  expect(await begin("contact", { type: "ContactDescribeAsked" })).toEqual({ leadId: "1" })
  expect(await begin("deal", { type: "DealOpenAsked" })).toEqual({})
})
