import * as Schema from "effect/Schema"
import { assign, emit, setup } from "xstate"
import type { ActorEvent } from "../actors/engine/engine.ts"
import type { ListedMachine } from "../machines/listed-machine.ts"
import { personal } from "../machines/personal.ts"

/** An event of the workload "turn"; its data is 60-300 bytes of JSON. */
export type TurnEvent = ActorEvent & { readonly at: number }

const words = "o cliente pergunta quanto custa o plano anual para doze pessoas e quando pode começar".split(
  " "
)

/** What a lead says in turn `n`. */
export const inbound = (n: number, at: number): TurnEvent => ({
  type: "MessageReceived",
  messageId: `wamid.HBgNNTUxMTk4NzY1NDMyMRUCABIYFDNB${n}`,
  text: words.slice(0, 4 + (n % 15)).join(" "),
  at
})

/** The three facts that the machine draws from turn `turns`; the floor stores the very same. */
export const facts = (turns: number, event: TurnEvent): ReadonlyArray<TurnEvent> => [
  { type: "TurnClosed", turn: turns, messageIds: [String(event.messageId)], silenceMs: 8000, at: event.at },
  {
    type: "ReplyWritten",
    turn: turns,
    chunks: [`Claro! Sobre "${event.text}": posso ajudar com isso agora mesmo, sem custo nenhum.`],
    model: "scripted-1",
    tokensIn: 412,
    tokensOut: 38,
    at: event.at
  },
  { type: "ChunkQueued", turn: turns, chunk: 1, chunks: 1, channel: "evolution", pauseMs: 2400, at: event.at }
]

/** The one job of turn `turns`. */
export const outbound = (turns: number, event: TurnEvent) => ({
  channel: "evolution",
  contact: "5511987654321",
  turn: turns,
  chunk: 1,
  text: `Claro! Sobre "${event.text}": posso ajudar com isso agora mesmo.`
})

const fact =
  (n: number) =>
  ({ context, event }: { context: { turns: number }; event: TurnEvent }) =>
    facts(context.turns, event)[n]!

const turnSetup = setup({
  types: { context: {} as { turns: number }, events: {} as TurnEvent, emitted: {} as TurnEvent },
  actions: {
    count: assign({ turns: ({ context }) => context.turns + 1 }),
    closeTurn: emit(fact(0)),
    writeReply: emit(fact(1)),
    queueChunk: emit(fact(2)),
    sendChunk: (_: unknown, _params: ReturnType<typeof outbound>) => {}
  }
})

const at = Schema.Number
const open = <S extends Schema.Top>(schema: S): S => schema

/** The schemas of its events; `mark` is put on what a lead and we said, and on the provider's ids. */
const schemas = (mark: <S extends Schema.Codec<unknown, unknown, never, never>>(schema: S) => S) => ({
  events: {
    MessageReceived: Schema.Struct({ messageId: mark(Schema.String), text: mark(Schema.String), at })
  },
  emitted: {
    TurnClosed: Schema.Struct({
      turn: Schema.Number,
      messageIds: Schema.Array(mark(Schema.String)),
      silenceMs: Schema.Number,
      at
    }),
    ReplyWritten: Schema.Struct({
      turn: Schema.Number,
      chunks: Schema.Array(mark(Schema.String)),
      model: Schema.String,
      tokensIn: Schema.Number,
      tokensOut: Schema.Number,
      at
    }),
    ChunkQueued: Schema.Struct({
      turn: Schema.Number,
      chunk: Schema.Number,
      chunks: Schema.Number,
      channel: Schema.String,
      pauseMs: Schema.Number,
      at
    })
  }
})

const machineCalled = (id: string) =>
  turnSetup.createMachine({
    id,
    version: "1.0.0",
    context: { turns: 0 },
    initial: "listening",
    states: {
      listening: {
        on: {
          MessageReceived: {
            actions: [
              "count",
              "closeTurn",
              "writeReply",
              "queueChunk",
              { type: "sendChunk", params: ({ context, event }) => outbound(context.turns, event) }
            ]
          }
        }
      }
    }
  })

/** A small machine: one input, three emitted events and one job a turn; stored in the clear, as the floor's rows are. */
export const turnMachine: ListedMachine = { machine: machineCalled("turn"), ...schemas(open) }

/** The same with its personal data sealed: three of four events, the job and the snapshot. */
export const sealedTurnMachine: ListedMachine = {
  machine: machineCalled("sealedTurn"),
  ...schemas((schema) => personal(schema) as unknown as typeof schema)
}
