import * as Schema from "effect/Schema"
import { assign, emit, fromPromise, log, sendTo, setup } from "xstate"
import { actorAt, type ListedMachine } from "../../../../machines/listed-machine.ts"

type Entry = { readonly type: "Write" | "Work" | "Give" | "Rue" | "Break"; readonly text: string }

const work = fromPromise<unknown, unknown>(() => Promise.reject(new Error("no handler does the job")))
const rue = fromPromise<unknown, string>(async ({ input }) => {
  throw new RangeError(`too late for ${input}`)
})
const textOf = ({ event }: { readonly event: { readonly text?: string } }) => event.text ?? ""

/** Keeps, logs, repeats and passes on what it is told, works on it, fails over it, and breaks over it. */
const diaryOf = (version: string) =>
  setup({
    types: {
      context: {} as { owner: unknown; kept: ReadonlyArray<string> },
      events: {} as Entry,
      input: {} as unknown
    },
    actors: { work, rue },
    actions: {
      keep: assign({ kept: ({ context, event }) => [...context.kept, textOf({ event })] }),
      tell: log(({ event }) => `wrote ${textOf({ event })}`),
      repeat: emit(({ event }) => ({ type: "Written", text: textOf({ event }) })),
      give: sendTo(
        ({ context }) => actorAt(context.kept.length > 0 ? "diary" : "nobody", "second"),
        ({ event }) => ({ type: "Write", text: textOf({ event }) })
      ),
      fail: assign(({ event }) => {
        throw new Error(`it broke over ${textOf({ event })}`)
      })
    }
  }).createMachine({
    id: "diary",
    version,
    context: ({ input }) => ({ owner: input ?? null, kept: [] }),
    initial: "idle",
    on: {
      Write: { actions: ["keep", "tell", "repeat"] },
      Give: { actions: "give" },
      Break: { actions: "fail" }
    },
    states: {
      idle: { on: { Work: "working", Rue: "ruing" } },
      working: {
        invoke: {
          id: "work",
          src: "work",
          input: textOf as never,
          onDone: { target: "idle", actions: "repeat" }
        }
      },
      ruing: { invoke: { id: "rue", src: "rue", input: textOf as never, onError: "idle" } }
    }
  })

const current = diaryOf("1.0.0")

/** Without schemas: nobody knows what it holds. */
export const diary: ListedMachine = { machine: current }

/** Its next version, whose states are the same. */
export const diaryAnew: ListedMachine = { machine: diaryOf("2.0.0") }

const text = Schema.Struct({ text: Schema.String })

/** With schemas that mark nothing as personal. */
export const openDiary: ListedMachine = {
  machine: current,
  input: Schema.Unknown,
  events: { Write: text, Work: text, Give: text, Rue: text, Break: text },
  emitted: { Written: text },
  jobs: { work: { input: Schema.String, output: Schema.Unknown } }
}
