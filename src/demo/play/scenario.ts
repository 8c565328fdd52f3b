import * as Effect from "effect/Effect"
import type { Incoming } from "../doubles/provider-double.ts"
import { type DemoFailed, waitFor } from "./child.ts"
import type { Provider } from "./provider.ts"
import type { Stage } from "./stage.ts"

/** Who writes in the demo. */
export const leads = { whatsapp: "5511987654321", telegram: "7001" } as const

const replyMs = 120_000
/** No further chunk for so long: the reply is out. A machine that starts the engine slowly pauses for longer in a reply. */
const quietMs = (stage: Stage) => Math.max(900, stage.startedInMs() / 4)
const day = 24 * 3_600_000

type Tell = (line: string) => Effect.Effect<void>

/** One lead, and how it waits for answers. */
const leadOf = (stage: Stage, provider: Provider, contact: string, name: string) => {
  const count = Effect.map(provider.sentTo(contact), (sent) => sent.length)
  /** Waits for at least one chunk more than `before`, and until the reply is out. */
  const answered = (before: number) =>
    Effect.gen(function* () {
      let seen = yield* moreThan(before)
      while (true) {
        yield* Effect.sleep(quietMs(stage))
        const now = yield* count
        if (now === seen) return
        seen = now
      }
    })
  const moreThan = (before: number) =>
    waitFor(
      `a reply to ${name}`,
      replyMs,
      Effect.map(count, (now) => (now > before ? now : undefined))
    )
  const write = (what: Omit<Incoming, "contact" | "name">) => provider.write({ ...what, contact, name })
  /** Writes, and waits for the whole reply. */
  const say = (what: Omit<Incoming, "contact" | "name">) =>
    Effect.gen(function* () {
      const before = yield* count
      yield* write(what)
      yield* answered(before)
    })
  return { count, moreThan, answered, write, say }
}

/** Plays the demo from the first webhook to the follow-up. */
export const play = (stage: Stage, tell: Tell): Effect.Effect<void, DemoFailed> =>
  Effect.gen(function* () {
    yield* tell("the engine starts on a fresh embedded database, beside doubles of two providers")
    yield* tell(`ready in ${(yield* stage.start()).toFixed(0)} ms`)
    yield* Effect.all([marinaBegins(stage, tell), pabloAsks(stage, tell)], { concurrency: 2 })
    yield* powerCut(stage, tell)
    yield* marinaGoesOn(stage, tell)
    yield* aDayLater(stage, tell)
  })

const marina = (stage: Stage) => leadOf(stage, stage.whatsapp, leads.whatsapp, "Marina")
const pablo = (stage: Stage) => leadOf(stage, stage.telegram, leads.telegram, "Pablo")

const marinaBegins = Effect.fnUntraced(function* (stage: Stage, tell: Tell) {
  const lead = marina(stage)
  yield* tell("WhatsApp: Marina writes a burst of three messages; one webhook is delivered three times")
  const before = yield* lead.count
  yield* lead.write({ text: "Oi, bom dia!", repeat: 3 })
  yield* lead.write({ text: "Queria automatizar o atendimento no WhatsApp" })
  yield* lead.write({ text: "vocês fazem isso?" })
  yield* lead.answered(before)
  yield* tell("WhatsApp: Marina sends a voice message")
  yield* lead.say({ audio: 7 })
  yield* lead.say({ text: "somos 12" })
})

const pabloAsks = Effect.fnUntraced(function* (stage: Stage, tell: Tell) {
  const lead = pablo(stage)
  yield* tell("Telegram: Pablo asks in Spanish")
  yield* lead.say({ text: "Hola, ¿cuánto cuesta?" })
  yield* lead.say({ text: "Necesito automatizar las ventas por WhatsApp" })
})

/** The provider takes the chunk, and the engine dies before it hears so: the worst moment for a send. */
const powerCut = Effect.fnUntraced(function* (stage: Stage, tell: Tell) {
  const lead = marina(stage)
  const before = yield* lead.count
  yield* stage.whatsapp.faults({ delayMs: 5000 })
  yield* lead.write({ text: "uns 20k por mês. Quanto custa?" })
  yield* lead.moreThan(before)
  yield* stage.end("SIGKILL")
  yield* tell("kill -9: WhatsApp has taken a chunk of the reply, and the engine never heard of it")
  yield* stage.whatsapp.faults({})
  yield* lead.write({ text: "ah, e vocês emitem nota fiscal?" })
  yield* tell("WhatsApp: Marina writes while nobody runs; the provider keeps its webhook")
  yield* tell(
    `started again in ${(yield* stage.start()).toFixed(0)} ms; the open send is asked for its receipt`
  )
  yield* lead.answered(before + 1)
})

const marinaGoesOn = Effect.fnUntraced(function* (stage: Stage, tell: Tell) {
  const lead = marina(stage)
  const before = yield* lead.count
  yield* lead.write({ text: "semana que vem. E como funciona a integração?" })
  yield* lead.moreThan(before)
  yield* tell("WhatsApp: Marina writes in the middle of a reply; the rest of it is not sent")
  yield* lead.write({ text: "sou eu que decido sim" })
  yield* lead.answered(before + 1)
})

const aDayLater = Effect.fnUntraced(function* (stage: Stage, tell: Tell) {
  const before = yield* pablo(stage).count
  const marinas = yield* marina(stage).count
  yield* stage.end("SIGTERM")
  yield* stage.start(day + 3_600_000)
  yield* tell("25 hours later (the clock is wound forward): Pablo has been silent and gets a follow-up")
  yield* pablo(stage).answered(before)
  const more = (yield* marina(stage).count) - marinas
  yield* tell(`Marina was handed over: ${more} follow-ups to her`)
  yield* stage.end("SIGTERM")
})
