import { assign, emit, setup } from "xstate"
import type { ActorEvent } from "../actors/engine.ts"
import type { ListedMachine } from "../machines/listed-machine.ts"

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

/** A small machine: one input, three emitted events and one job a turn. */
export const turnMachine: ListedMachine = {
  machine: turnSetup.createMachine({
    id: "turn",
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
}
