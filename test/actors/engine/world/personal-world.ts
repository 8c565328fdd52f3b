import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import { Engine } from "../../../../actors/engine/engine.ts"
import { JobFailedForNow, type JobHandler, JobRefused } from "../../../../actors/jobs/job-handler.ts"
import type { Json } from "../../../../eventstore/database/json.ts"
import { machines } from "../../../../machines/index.ts"
import type { ListedMachine } from "../../../../machines/listed-machine.ts"
import type { Channel, Inbound } from "../../../../src/channels/channel.ts"
import { Companies } from "../../../../src/companies/companies.ts"
import { completeCompany } from "../../../../src/companies/complete-company.ts"
import { Contacts } from "../../../../src/companies/contacts.ts"
import { demoCompany } from "../../../../src/companies/demo.ts"
import { Channels } from "../../../../src/handlers/channels.ts"
import { handlers } from "../../../../src/handlers/index.ts"
import { Inbox } from "../../../../src/inbox/inbox.ts"
import { LanguageModel, ModelRefused, ModelUnavailable } from "../../../../src/models/model.ts"
import { replyByScript } from "../../../../src/models/scripted/scripted-model.ts"
import type { EngineSuite } from "./suite.ts"

/** Draws words and numbers that stand nowhere else; the same for the same seed. */
export const drawTokens = (seed: number) => {
  const drawn: Array<string> = []
  let state = seed
  const whole = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const letters = (from: string, many: number) =>
    Array.from({ length: many }, () => from[whole(from.length)]).join("")
  const keep = (token: string) => {
    drawn.push(token)
    return token
  }
  const lower = "bcdfghjklmnpqrstvwxzaeiou"
  return {
    drawn,
    name: () => keep(`Zé ${letters(lower, 7)} ${letters(lower, 8)}`),
    phone: () => keep(`55${letters("123456789", 11)}`),
    mail: () => keep(`${letters(lower, 8)}@${letters(lower, 7)}.example`),
    sentence: () => keep(Array.from({ length: 4 }, () => letters(lower, 6)).join(" ")),
    reference: () => keep(`https://media.example/${letters(lower, 12)}?k=${letters(lower, 6)}`),
    id: () => keep(`wamid.${letters(lower, 14)}`),
    number: () => {
      const number = 100_000_000 + whole(800_000_000)
      keep(String(number))
      return number
    }
  }
}

export type Tokens = ReturnType<typeof drawTokens>

const company = completeCompany({
  ...demoCompany,
  id: "acme",
  instances: [{ channel: "evolution", instance: "main" }]
})

/** What the provider and the model will say next; when nothing is planned, they do as they are asked. */
export interface Plans {
  readonly sends: Array<JobFailedForNow | JobRefused>
  readonly receipts: Array<JobFailedForNow>
  readonly replies: Array<
    ModelRefused | ModelUnavailable | { readonly say: string; readonly budget?: number }
  >
}

/** Long enough that a look at what is stored meanwhile can't come too late. */
const retryAfterMs = 120_000

/** The phone number stands in what a provider says of its failure. */
export const busy = (phone: string, happened: "no" | "unknown" = "no") =>
  new JobFailedForNow({ reason: "busy", message: `${phone} is busy`, happened, retryAfterMs })
export const noSuchNumber = (phone: string) =>
  new JobRefused({ reason: "invalidNumber", message: `${phone} is no number` })
export const overloaded = (said: string) =>
  new ModelUnavailable({ reason: "overloaded", message: `too busy for "${said}"`, retryAfterMs })
export const unsafe = (said: string) => new ModelRefused({ reason: "unsafe", message: `"${said}" is unsafe` })

const channelOf = ({ sends, receipts }: Plans, newId: () => string, now: () => number): Channel => ({
  name: "evolution",
  idempotency: "receipt",
  receive: () => Effect.succeed([]),
  send: () =>
    Effect.suspend(() => {
      const planned = sends.shift()
      return planned === undefined ? Effect.succeed({ messageId: newId(), at: now() }) : Effect.fail(planned)
    }),
  findReceipt: () =>
    Effect.suspend(() => {
      const planned = receipts.shift()
      return planned === undefined ? Effect.succeed(Option.none()) : Effect.fail(planned)
    })
})

const modelOf = ({ replies }: Plans) =>
  Layer.succeed(LanguageModel, {
    writeReply: (request) =>
      Effect.suspend(() => {
        const planned = replies.shift()
        const reply = replyByScript(request)
        if (planned === undefined) return Effect.succeed(reply)
        if ("_tag" in planned) return Effect.fail(planned)
        const { say, budget } = planned
        const answers =
          budget === undefined ? [] : [{ criterion: "budget", value: budget, said: `uns ${budget} por mês` }]
        return Effect.succeed({
          ...reply,
          chunks: [`Certo: ${say}`],
          answers: [...reply.answers, ...answers]
        })
      })
  })

/** The real machines and handlers beside `more`, behind the real inbox; provider and model do as planned. */
export const personalWorld = async (
  given: EngineSuite,
  plans: Plans,
  newId: () => string,
  more: { readonly machines: ReadonlyArray<ListedMachine>; readonly handlers: ReadonlyArray<JobHandler> },
  diaryInput: Json
) => {
  const channel = channelOf(plans, newId, () => given.clock.now())
  const outside = Layer.merge(Companies.layerOf([company]), Channels.layerOf([channel]))
  const { companies, ours } = await Effect.runPromise(
    Effect.gen(function* () {
      return { companies: yield* Companies, ours: yield* handlers }
    }).pipe(Effect.provide(Layer.merge(outside, modelOf(plans))))
  )
  const engine = await given.start({
    machines: [...machines, ...more.machines],
    handlers: [...ours, ...more.handlers],
    limits: { snapshotEvery: 2, jobBackoffMs: 1000, receiptDeadlineMs: 10 * retryAfterMs },
    startInput: (address, event, starter) =>
      address.machine === "diary" ? Effect.succeed(diaryInput) : companies.startInput(address, event, starter)
  })
  const { layer } = given.database
  const doors = ManagedRuntime.make(
    Inbox.layer.pipe(
      Layer.provideMerge(Contacts.layer),
      Layer.provide(Layer.succeed(Companies, companies)),
      Layer.provide(Layer.merge(Layer.succeed(Engine, engine.engine), layer))
    )
  )
  const who = (contact: string) => ({ company: company.id, channel: channel.name, instance: "main", contact })
  return {
    engine,
    take: (...inbounds: ReadonlyArray<Inbound>) =>
      doors.runPromise(Effect.flatMap(Inbox, (inbox) => inbox.take(channel.name, inbounds))),
    /** The streams of a contact's conversation and lead. */
    streamsOf: async (contact: string) => {
      const known = await doors.runPromise(
        Effect.flatMap(Contacts, (contacts) => contacts.find(who(contact)))
      )
      return { conversation: `conversation/${known!.conversation.id}`, lead: `lead/${known!.leadId}` }
    },
    close: () => doors.dispose()
  }
}

/** A message as a channel gives it. */
export const messageFrom = (
  contact: string,
  own: Partial<Extract<Inbound, { _tag: "message" }>> & { readonly messageId: string; readonly at: number }
): Inbound => ({ _tag: "message", instance: "main", contact, fromUs: false, ...own })
