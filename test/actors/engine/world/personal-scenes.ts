import * as Effect from "effect/Effect"
import type { JobHandler } from "../../../../actors/jobs/job-handler.ts"
import type { ListedMachine } from "../../../../machines/listed-machine.ts"
import { scripted } from "./handlers.ts"
import {
  busy,
  messageFrom,
  noSuchNumber,
  overloaded,
  type Plans,
  personalWorld,
  type Tokens,
  unsafe
} from "./personal-world.ts"
import { type TestEngine, until } from "./run-engine.ts"
import type { EngineSuite } from "./suite.ts"

/** Looks at what is stored and logged just now. */
export type Look = (engine: TestEngine) => Promise<void>

/** Everything that the scenes need; `world` is the one of the process at hand. */
export const makeStage = async (given: EngineSuite, tokens: Tokens, look: Look) => {
  const plans: Plans = { sends: [], receipts: [], replies: [] }
  const owner = { name: tokens.name(), born: tokens.number() }
  const result = { said: tokens.sentence(), n: tokens.number() }
  const done = () => Effect.succeed(result)
  const work: JobHandler = scripted(
    [done, () => Effect.fail(noSuchNumber(tokens.phone())), () => Effect.never],
    {
      idempotency: "key"
    }
  )
  const start = (diary: ListedMachine) =>
    personalWorld(given, plans, tokens.id, { machines: [diary], handlers: [work] }, owner)
  return {
    ...{ given, tokens, plans, start },
    look,
    at: () => given.clock.now(),
    /** Comes back when it is so; time goes on. */
    later: (what: string, isSo: () => Promise<boolean>) =>
      until(what, async () => {
        if (await isSo()) return true
        given.clock.advance(1000)
        return false
      })
  }
}

type Stage = Awaited<ReturnType<typeof makeStage>>
type World = Awaited<ReturnType<Stage["start"]>>

const has = async ({ engine }: World, stream: string, type: string) =>
  (await engine.types(stream)).includes(type)

/** A lead writes with a picture; model and provider fail first, and say over whom; then a person goes on. */
export const anaIsAnswered = async (stage: Stage, world: World) => {
  const { tokens, plans, later, look, at } = stage
  const { engine, take } = world
  const ana = tokens.phone()
  plans.replies.push(overloaded(tokens.sentence()), { say: tokens.sentence(), budget: tokens.number() })
  const answered = tokens.phone()
  plans.sends.push(busy(ana), busy(answered, "unknown"))
  plans.receipts.push(busy(answered))
  const picture = () => ({
    kind: "image" as const,
    reference: tokens.reference(),
    caption: tokens.sentence(),
    mimeType: "image/jpeg"
  })
  const messageId = tokens.id()
  const mail = tokens.mail()
  await take(
    messageFrom(ana, {
      messageId,
      at: at(),
      contactName: tokens.name(),
      text: `Oi! ${mail}`,
      media: [picture()]
    }),
    messageFrom(ana, {
      messageId: tokens.id(),
      at: at(),
      contactName: tokens.name(),
      text: tokens.sentence()
    })
  )
  const { conversation, lead } = await world.streamsOf(ana)
  await look(engine)
  const isTriedAgain = (reason: string) => async () =>
    (await engine.jobs()).some((job) => job.reason === reason)
  for (const reason of ["overloaded", "busy"]) {
    await later(`${reason}, and tried again`, isTriedAgain(reason))
    await look(engine)
  }
  await later("the receipt can't be had", async () => plans.receipts.length === 0)
  await look(engine)
  await later("the reply is out", () => has(world, conversation, "ReplySent"))
  await later("the lead knows the answer", () => has(world, lead, "LeadAnswered"))
  await take(
    { _tag: "status", instance: "main", contact: ana, messageId, status: "read", at: at() },
    messageFrom(ana, {
      messageId: tokens.id(),
      at: at(),
      fromUs: true,
      text: tokens.sentence(),
      media: [picture()]
    })
  )
  await later("a person has it", () => has(world, conversation, "HandedOver"))
  await look(engine)
}

/** The provider refuses whom we write to, twice, so the chunk fails for good; a person is asked for. */
export const biaCannotBeReached = async ({ tokens, plans, later, look, at }: Stage, world: World) => {
  const bia = tokens.phone()
  plans.sends.push(noSuchNumber(bia), noSuchNumber(tokens.phone()))
  await world.take(messageFrom(bia, { messageId: tokens.id(), at: at(), text: tokens.sentence() }))
  const { conversation } = await world.streamsOf(bia)
  await later("the reply has failed", () => has(world, conversation, "ReplyFailed"))
  await look(world.engine)
}

/** The model refuses; the lead wants no more messages, and says so to its lead's actor too. */
export const caioOptsOut = async ({ tokens, plans, later, look, at }: Stage, world: World) => {
  const caio = tokens.phone()
  plans.replies.push(unsafe(tokens.sentence()))
  await world.take(messageFrom(caio, { messageId: tokens.id(), at: at(), text: tokens.sentence() }))
  const { conversation, lead } = await world.streamsOf(caio)
  await later("the reply can't be written", () => has(world, conversation, "ReplyFailed"))
  await world.take(messageFrom(caio, { messageId: tokens.id(), at: at(), text: "pare" }))
  await later("it is out", () => has(world, conversation, "OptedOut"))
  const conversationId = conversation.split("/")[1]!
  const optedOut = { type: "LeadOptedOut", conversationId, said: tokens.sentence(), at: at() }
  await world.engine.deliver(lead, optedOut)
  await look(world.engine)
}

/** A machine without schemas logs, tells others, works, fails in every way, and leaves work and words waiting. */
export const diariesAreKept = async ({ tokens, later, look }: Stage, { engine }: World) => {
  const write = (of: string, type: string, text: string) => engine.deliver(`diary/${of}`, { type, text })
  await write("first", "Give", tokens.sentence())
  for (const text of [tokens.name(), tokens.mail(), tokens.phone()]) await write("first", "Write", text)
  await write("first", "Give", tokens.sentence())
  await write("first", "Work", tokens.sentence())
  await engine.seen("diary/first", "JobSucceeded")
  await write("third", "Work", tokens.sentence())
  await later("it is a dead letter", async () =>
    (await engine.jobs()).some(({ state }) => state === "failed")
  )
  await write("fourth", "Work", tokens.sentence())
  await later("it is under way", async () =>
    (await engine.jobs()).some(({ state }) => state === "attempting")
  )
  await write("fifth", "Rue", tokens.name())
  await engine.seen("diary/fifth", "JobFailed")
  await write("sixth", "Break", tokens.name())
  await engine.seen("diary/second", "Written")
  await look(engine)
}
