import * as Schema from "effect/Schema"
import { assign, emit, fromPromise, sendTo, setup } from "xstate"
import { actorAt, type ListedMachine } from "../../../../machines/listed-machine.ts"
import { personal, subjectIn } from "../../../../machines/personal.ts"

const text = personal(Schema.String)
const work = fromPromise<unknown, unknown>(() => Promise.reject(new Error("no handler does the job")))

type ChatEvent =
  | { readonly type: "Said"; readonly text: string; readonly n: number }
  | { readonly type: "Ask" }
  | { readonly type: "Gossip" }

type Chat = {
  readonly leadId: string
  readonly name: string
  readonly last: number
  readonly said: ReadonlyArray<string>
  readonly timesByWord: Readonly<Record<string, number>>
}

/** A chat with states called so: one with other names can't take over its actors. */
const chatOf = (version: string, idle: string, asking: string) =>
  setup({
    types: {
      context: {} as Chat,
      events: {} as ChatEvent,
      input: {} as { readonly leadId: string; readonly name: string }
    },
    actors: { work },
    delays: { patience: 3_600_000 },
    actions: {
      keep: assign(({ context, event }) =>
        event.type === "Said"
          ? {
              last: event.n,
              said: [...context.said, event.text],
              timesByWord: { ...context.timesByWord, [event.text]: 1 }
            }
          : {}
      ),
      repeat: emit(({ event }) => ({ type: "Heard", text: event.type === "Said" ? event.text : "" })),
      tellLead: sendTo(
        ({ context }) => actorAt("lead", context.leadId),
        ({ event }) => ({ type: "Told", text: event.type === "Said" ? event.text : "" })
      ),
      gossip: sendTo(
        () => actorAt("stranger", "1"),
        ({ context }) => ({ type: "Told", text: context.said.join() })
      ),
      grow: emit({ type: "GrewImpatient" })
    }
  }).createMachine({
    id: "chat",
    version,
    context: ({ input }) => ({ ...input, last: 0, said: [], timesByWord: {} }),
    initial: idle,
    after: { patience: { actions: "grow" } },
    on: { Said: { actions: ["keep", "repeat", "tellLead"] }, Gossip: { actions: "gossip" } },
    states: {
      [idle]: { on: { Ask: asking } },
      [asking]: {
        invoke: {
          id: "work",
          src: "work",
          input: ({ context }: { context: Chat }) => ({ text: context.said.at(-1) ?? "" }),
          onDone: idle,
          onError: idle
        }
      }
    }
  })

const listedChat = (machine: ReturnType<typeof chatOf>): ListedMachine => ({
  machine,
  input: Schema.Struct({ leadId: subjectIn("lead")(Schema.String), name: text }),
  events: {
    Said: Schema.Struct({ text, n: Schema.Number }),
    Ask: Schema.Struct({}),
    Gossip: Schema.Struct({})
  },
  emitted: { Heard: Schema.Struct({ text }), GrewImpatient: Schema.Struct({}) },
  jobs: { work: { input: Schema.Struct({ text }), output: Schema.Struct({ text }) } }
})

/** A chat about `lead/<leadId>`: it keeps what is said, tells its lead, waits, and asks for work. */
export const chat = listedChat(chatOf("1.0.0", "idle", "asking"))

/** Its next version, in which no actor of the first can go on. */
export const chatAnew = listedChat(chatOf("2.0.0", "resting", "wondering"))

const leadMachine = setup({
  types: {
    context: {} as { told: ReadonlyArray<string> },
    events: {} as { readonly type: "Told"; readonly text: string }
  },
  actions: { hear: assign({ told: ({ context, event }) => [...context.told, event.text] }) }
}).createMachine({
  id: "lead",
  version: "1.0.0",
  context: { told: [] },
  on: { Told: { actions: "hear" } }
})

/** Hears what its chats are told; it is about a person called like its stream. */
export const lead: ListedMachine = {
  machine: leadMachine,
  input: Schema.Struct({}),
  events: { Told: Schema.Struct({ text }) },
  emitted: {}
}
