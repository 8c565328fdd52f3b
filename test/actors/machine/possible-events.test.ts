import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { createMachine } from "xstate"
import { possibleEvents, takesNow } from "../../../actors/machine/possible-events.ts"
import { prepare } from "../../../actors/machine/running-machine.ts"
import { takeStep } from "../../../actors/machine/step.ts"
import { machines } from "../../../machines/index.ts"
import type { ListedMachine } from "../../../machines/listed-machine.ts"

const deal = machines.find(({ machine }) => machine.id === "deal")!
const said = { by: "person:ana", reason: "", at: 0 }

/** The machine after these events. */
const grown = (listed: ListedMachine, ...events: ReadonlyArray<{ readonly type: string }>) => {
  const running = prepare(listed.machine)
  let state = takeStep(running, undefined, 1, { kind: "start", input: {} }, 0).state
  for (const event of events)
    state = takeStep(running, state, 2, { kind: "event", event: { ...said, ...event } as never }, 0).state
  return { running, snapshot: state.snapshot, can: possibleEvents(listed, running, state.snapshot) }
}

const opened = { type: "DealOpenAsked", leadId: "7", score: 80 }

describe("possible events", () => {
  it("are those that the machine's guards let through, with the values that it takes", () => {
    expect(grown(deal, opened).can).toEqual([
      { event: "DealMoveAsked", values: { to: ["discovery", "proposal", "negotiation"] } },
      { event: "DealWinAsked" },
      { event: "DealLoseAsked" }
    ])
    expect(grown(deal, opened, { type: "DealWinAsked" }).can).toEqual([{ event: "DealReopenAsked" }])
  })

  it("leave out what has no endpoint of the machine's own, whichever machine it is", () => {
    const listed: ListedMachine = { ...deal, sentElsewhere: ["DealMoveAsked", "DealLoseAsked"] }
    expect(grown(listed, opened).can).toEqual([{ event: "DealWinAsked" }])
  })

  it("leave out what no person may send, even where the machine would take it", () => {
    const { can, running, snapshot } = grown(deal)
    expect(can).toEqual([])
    expect(takesNow(running, snapshot, { ...said, ...opened } as never)).toBe(true)
  })

  it("hold no event that is passed over or forbidden, nor any once the machine has ended", () => {
    const machine = createMachine({
      id: "door",
      initial: "open",
      on: { Knock: { actions: () => {} } },
      states: {
        open: { on: { Shut: "shut", Knock: {} } },
        shut: { on: { Lock: "locked" } },
        locked: { type: "final" }
      }
    })
    const nothing = Schema.Struct({})
    const door = { machine, events: { Shut: nothing, Knock: nothing, Lock: nothing } }
    expect(grown(door).can).toEqual([{ event: "Shut" }])
    expect(grown(door, { type: "Shut" }).can).toEqual([{ event: "Knock" }, { event: "Lock" }])
    expect(grown(door, { type: "Shut" }, { type: "Lock" }).can).toEqual([])
  })

  it("hold an event whose guard trips over made-up data, because real data may pass", () => {
    const machine = createMachine({
      id: "door",
      on: {
        Open: {
          guard: ({
            event
          }: {
            readonly event: { readonly key: { readonly teeth: { readonly count: number } } }
          }) => event.key.teeth.count > 2,
          actions: () => {}
        }
      }
    } as never)
    const key = Schema.Struct({ teeth: Schema.optionalKey(Schema.Struct({ count: Schema.Number })) })
    expect(grown({ machine, events: { Open: Schema.Struct({ key }) } }).can).toEqual([{ event: "Open" }])
  })

  it("are few to try, however many values the fields have", () => {
    const many = Schema.Literals(Array.from({ length: 60 }, (_, n) => `v${n}`))
    const machine = createMachine({ id: "wide", on: { Set: { actions: () => {} } } })
    const { can } = grown({ machine, events: { Set: Schema.Struct({ a: many, b: many, c: many }) } })
    expect(can).toHaveLength(1)
  })
})
