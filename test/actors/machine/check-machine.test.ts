import { describe, expect, it } from "vitest"
import { assign, createMachine, fromPromise, not, raise, setup } from "xstate"
import { checkMachine } from "../../../actors/machine/check-machine.ts"
import { logicKind } from "../../../actors/machine/logic-kind.ts"
import { formatFinding } from "../../../actors/machine/machine-finding.ts"
import { machines } from "../../../machines/index.ts"
import type { ListedMachine } from "../../../machines/listed-machine.ts"
import { shapes } from "../shapes/all.ts"
import { refused } from "../shapes/refused.ts"

const job = fromPromise(async () => 1)
const saidOf = (listed: ListedMachine, handlers?: ReadonlyArray<string>) => {
  const found = checkMachine(listed, handlers)
  return { refused: found.refused.map(formatFinding), warned: found.warned.map(formatFinding) }
}

describe("what can't be made durable is refused, with the place and the way out", () => {
  it.each(refused.map((each) => [each.machine.id, each] as const))("refuses %s", (_, { machine, says }) => {
    expect(saidOf({ machine }).refused).toEqual(says)
  })

  it.each(shapes.map((shape) => [shape.machine.id, shape] as const))(
    "does not refuse %s, which the law of equivalence holds for",
    (_, { machine, handlers }) => {
      expect(saidOf({ machine }, handlers).refused).toEqual([])
    }
  )

  it("refuses an older version for what the older version does, and for another id", () => {
    const machine = createMachine({ id: "shop", version: "2.0.0" })
    const older = createMachine({ id: "store", version: "1.0.0", invoke: { id: "it", src: "gone" } })
    expect(saidOf({ machine, previous: [older] }).refused).toEqual([
      'store.invoke[0] (version 1.0.0): it invokes "gone", which nobody implements; ' +
        "implement it in setup's actors, or add a handler of that name",
      'store: it is listed as an older version of "shop" and has another id; give it the id "shop"'
    ])
  })

  it("is content with a job that a handler outside the machine does", () => {
    const machine = createMachine({ id: "shop", invoke: { id: "it", src: "load" }, entry: "ring" })
    expect(saidOf({ machine }, ["load", "ring"])).toEqual({ refused: [], warned: [] })
  })

  it("refuses functions that ask for time or chance, for a replay could not give the same", () => {
    const machine = setup({
      types: {} as { context: { id: string; at: number } },
      guards: { lucky: () => Math.random() > 0.5 },
      delays: { untilNoon: () => Date.now() % 1000 },
      actions: { ring: () => void Math.random() }
    }).createMachine({
      id: "moody",
      context: () => ({ id: crypto.randomUUID(), at: 0 }),
      output: () => new Date(),
      initial: "a",
      states: {
        a: {
          entry: ["ring", () => void Date.now()],
          exit: [
            assign({ at: () => performance.now(), id: ({ self }) => self.getSnapshot().value as string })
          ],
          always: { guard: not("lucky") },
          invoke: { id: "it", src: fromPromise(async () => Date.now()), input: () => Date.now() } as never
        }
      }
    })
    const wayOut =
      "so a replay would not give the same; let the context, an event or the result of a job bring it"
    expect(saidOf({ machine }).refused).toEqual([
      `moody.context: it draws by chance, ${wayOut}`,
      `moody.output: it asks for the time, ${wayOut}`,
      `moody.a.exit.at: it asks for the time, ${wayOut}`,
      "moody.a.exit.id: it reads the machine's own snapshot, which a step does not have; " +
        "let the context, an event or the result of a job bring it",
      `moody.a.invoke.input: it asks for the time, ${wayOut}`,
      `moody, guard "lucky": it draws by chance, ${wayOut}`,
      `moody, delay "untilNoon": it asks for the time, ${wayOut}`
    ])
  })

  it("takes a word in a text or a comment for no spawning", () => {
    const machine = createMachine({
      id: "fish",
      context: { text: "" },
      entry: assign({
        // spawn( in a comment
        text: () => "salmon spawn (in autumn)"
      })
    })
    expect(saidOf({ machine })).toEqual({ refused: [], warned: [] })
  })
})

describe("what does not age well is told", () => {
  const warnedOf = (machine: ListedMachine["machine"]) => saidOf({ machine }).warned

  it("tells of delays that have no name", () => {
    expect(
      warnedOf(
        createMachine({
          id: "clock",
          entry: raise({ type: "Tick" }, { delay: () => 5 }),
          initial: "a",
          states: {
            a: {
              after: { 500: "b", soon: "b" },
              on: { Go: { actions: raise({ type: "Go" }, { delay: 9 }) } }
            },
            b: {}
          }
        })
      )
    ).toEqual([
      "clock.entry: the delay is an inline function, so it has no name; name the delay in setup",
      "clock.a.on.Go: the delay is the number 9, so it has no name that outlives a change; name the delay in setup",
      "clock.a.after.500: the delay is the number 500, so it has no name that outlives a change; name the delay in setup",
      'clock.a.after.soon: nobody implements the delay "soon"; it would be over at once; implement it in setup'
    ])
  })

  it("tells of invokes and actions that have no name of their own, wherever they stand", () => {
    expect(
      warnedOf(
        setup({ actors: { load: job }, actions: { ring: () => {} } }).createMachine({
          id: "busy",
          type: "parallel",
          states: {
            left: {
              initial: { target: "on", actions: () => {} } as never,
              states: {
                on: {
                  invoke: [
                    { src: "load", onDone: { actions: ["ring", () => {}] } },
                    { src: job as never, id: "it" }
                  ],
                  always: [{ guard: "missing" as never, target: "off" }, { actions: function shout() {} }],
                  exit: "whistle" as never
                },
                off: {}
              }
            },
            right: { id: "elsewhere", invoke: { src: "load" } }
          }
        })
      )
    ).toEqual([
      "busy.left.initial: an inline function is the action: its job has no name of its own; name it in setup",
      'busy.left.on.exit: nobody implements the action "whistle"; XState would ignore it; ' +
        "implement it in setup, or add a handler of that name",
      'busy.left.on.always[0]: nobody implements the guard "missing"; it throws when asked; implement it in setup',
      "busy.left.on.always[1]: an inline function (shout) is the action: its job has no name of its own; name it in setup",
      'busy.left.on.invoke[0]: it has no id, so its place in the chart names it: "0.busy.left.on"; ' +
        "give it an id of its own",
      "busy.left.on.invoke[0].onDone[1]: an inline function is the action: its job has no name of its own; name it in setup",
      "busy.left.on.invoke[1]: it invokes logic that has no name; name the logic in setup's actors",
      'busy.right.invoke[0]: it has no id, so its place in the chart names it: "0.elsewhere"; ' +
        "give it an id of its own"
    ])
  })

  it("knows promise logic by what it does, so a wrapped one is promise logic too", () => {
    const wrapped = {
      ...job,
      transition: (...args: Parameters<typeof job.transition>) => job.transition(...args)
    }
    expect([logicKind(wrapped), logicKind({ transition: () => ({}) }), logicKind(undefined)]).toEqual([
      "promise",
      "transition",
      "unknown"
    ])
  })
})

describe("our own machines", () => {
  it.each(machines.map((listed) => [listed.machine.id, listed] as const))(
    "%s ages well: nothing in it is refused or warned of",
    (_, listed) => {
      expect(saidOf(listed, Object.keys(listed.jobs ?? {}))).toEqual({ refused: [], warned: [] })
    }
  )
})
