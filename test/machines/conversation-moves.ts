import type { AnyStateMachine } from "xstate"
import type { ConversationSettings } from "../../machines/conversation/events.ts"
import type { Conversation } from "../../machines/conversation/state.ts"
import { begin, person, personWrites, reply, settings, update, write } from "./conversation/example.ts"
import { type Drive, fail, finish, fire, say } from "./drive.ts"

/** Something that may happen to a conversation. `type` is unique and tells all of it. */
export interface Move {
  readonly type: string
  readonly take: (drive: Drive) => Drive
}

const allWeek = Array.from({ length: 7 }, () => ({ fromMinute: 0, toMinute: 1440 }))

/** Always open, and quick to give back, so that all timers have a place. */
export const lawSettings: Partial<ConversationSettings> = {
  businessHours: allWeek,
  timeZone: "UTC",
  returnToAiAfterMs: 3_600_000
}

/** A conversation for the laws to be tried on. */
export const beginForLaws = (machine: AnyStateMachine, change: Partial<ConversationSettings> = {}): Drive =>
  begin({ ...lawSettings, ...change }, machine)

/** Each move takes a moment. */
const later = (drive: Drive): Drive => ({ ...drive, now: drive.now + 100 })
const move = (type: string, take: (drive: Drive) => Drive): Move => ({
  type,
  take: (drive) => take(later(drive))
})
const next = (drive: Drive): string => `n${drive.steps.length}`

/** What the lead and our own people may do at any time. */
const always: ReadonlyArray<Move> = [
  move("lead writes", (drive) => write(drive, next(drive), "quanto custa?")),
  move("lead opts out", (drive) => write(drive, next(drive), "pare")),
  move("lead opts in", (drive) => write(drive, next(drive), "voltar")),
  move("lead opts out elsewhere", (drive) => say(drive, { type: "LeadOptedOut", said: "pare" })),
  move("lead opts in elsewhere", (drive) =>
    say(drive, { type: "LeadOptedIn", by: "lead", reason: "opted in" })
  ),
  move("person takes over", (drive) => person(drive, "PersonTookOver")),
  move("person writes", (drive) => personWrites(drive, next(drive), "Oi, aqui é a Ana")),
  move("person gives back", (drive) => person(drive, "ReturnedToAi")),
  move("person closes", (drive) => person(drive, "ConversationCloseAsked")),
  move("person reopens", (drive) => person(drive, "ConversationReopenAsked")),
  move("handover asked", (drive) => person(drive, "HandOverAsked")),
  move("first contact asked", (drive) => person(drive, "FirstContactAsked")),
  move("approved", (drive) => person(drive, "FirstContactApproved")),
  move("refused", (drive) => person(drive, "FirstContactRefused"))
]

/** Seldom, and without a state of its own: for random walks only. */
const sometimes: ReadonlyArray<Move> = [
  move("message comes again", (drive) => {
    const known = context(drive).heard.at(-1)
    return known === undefined ? drive : write(drive, known, "quanto custa?")
  }),
  move("settings change", (drive) =>
    person(drive, "SettingsChanged", {
      settings: { ...settings, ...lawSettings, followUpAfterMs: [60_000], returnToAiAfterMs: 0 }
    })
  ),
  move("update for nobody", (drive) => update(drive, `o${drive.steps.length + 3}`, "failed")),
  ...["sent", "delivered", "read", "failed"].map((status) =>
    move(`oldest becomes ${status}`, (drive) => {
      const oldest = context(drive).followed[0]
      return oldest === undefined ? drive : update(drive, oldest.messageId, status)
    })
  )
]

const context = (drive: Drive): Conversation => drive.snapshot.context as Conversation

const chunks = ["Custa 500 por mês.", "Quer ver uma demonstração?"]
const budget = { criterion: "budget", value: 5000, said: "5 mil" }

const ofModel: ReadonlyArray<Move> = [
  move("model answers", (drive) => reply(drive, chunks, { answers: [budget] })),
  move("model hands over", (drive) => reply(drive, chunks.slice(0, 1), { handOver: "askedForPerson" })),
  move("model says nothing", (drive) => reply(drive, [])),
  move("model fails", (drive) => fail(drive, "writeReply", "modelDown"))
]

const ofChannel: ReadonlyArray<Move> = [
  move("channel takes it", (drive) =>
    finish(drive, "sendChunk", { messageId: `o${drive.steps.length}`, at: drive.now })
  ),
  move("channel refuses", (drive) => fail(drive, "sendChunk", "invalidNumber")),
  move("nobody can tell", (drive) => fail(drive, "sendChunk", "inDoubt"))
]

/** What the provider may say of the messages of the last reply. */
const ofDelivery = (drive: Drive): ReadonlyArray<Move> =>
  (context(drive).reply?.chunks ?? []).flatMap((chunk, index) =>
    chunk.messageId === null
      ? []
      : ["delivered", "failed"].map((status) =>
          move(`chunk ${index + 1} becomes ${status}`, (now) => update(now, chunk.messageId!, status))
        )
  )

/** The machine's own: results of open jobs, timers in any order, delivery updates. */
const ofEngine = (drive: Drive): ReadonlyArray<Move> => [
  ...drive.timers.map((timer) => move(`timer ${timer.name}`, (now) => fire(now, timer.name))),
  ...(drive.jobs.some((job) => job.child === "writeReply") ? ofModel : []),
  ...(drive.jobs.some((job) => job.child === "sendChunk") ? ofChannel : []),
  ...ofDelivery(drive)
]

/** All that may happen now. */
export const movesOf = (drive: Drive): ReadonlyArray<Move> => [...always, ...ofEngine(drive)]

const engineWeight = 8

/** The same with what is seldom; the engine is heard more often, so that random walks get somewhere. */
export const randomMovesOf = (drive: Drive): ReadonlyArray<Move> => {
  const own = ofEngine(drive)
  return [...always, ...sometimes, ...Array.from({ length: engineWeight }, () => own).flat()]
}
