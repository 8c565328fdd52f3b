import * as Effect from "effect/Effect"
import { RateLimiterStore } from "effect/persistence/RateLimiter"
import { Settings } from "../../config.ts"
import { addressGroup } from "../../redis/address-group.ts"
import { firstTooOften, type Often } from "../../redis/count-within.ts"
import { httpLimits } from "../limits.ts"

/** From where and as whom somebody chats, and with which company. */
export interface Chatting {
  readonly address: string
  readonly company: string
  readonly contact: string
}

/** Ms until it may be tried again; undefined when it may be now. */
type Asked = Effect.Effect<number | undefined>

/** How often strangers may do what costs something, by address, by visitor and by company: asked before it is done. */
export interface ChatAllowance {
  /** To say who one is, and be shown what was said. */
  readonly hello: (address: string) => Asked
  /** To send a frame that is stored: a message costs a model call, and whoever is new a contact of the company. */
  readonly frame: (who: Chatting, type: string, isNew: boolean) => Asked
}

const often = (perMinute: number): Often => [perMinute, 10 * perMinute]
/** Whoever is new costs more than one more message. */
const newPart = 3

/** By the settings. */
export const chatAllowance = Effect.gen(function* () {
  const { chatPerAddress, chatPerCompany } = yield* Settings
  const store = yield* RateLimiterStore
  const ofNew = (most: number) => often(Math.ceil(most / newPart))
  return {
    hello: (address) =>
      firstTooOften(store, [[`chat:hello:${addressGroup(address)}`, often(chatPerAddress)]]),
    frame: ({ address, company, contact }, type, isNew) => {
      const group = addressGroup(address)
      if (type !== "message")
        return firstTooOften(store, [
          [`chat:receipt:${group}`, often(chatPerAddress * httpLimits.chatReceiptsPerMessage)]
        ])
      return firstTooOften(store, [
        [`chat:address:${group}`, often(chatPerAddress)],
        [`chat:visitor:${company}:${contact}`, often(httpLimits.chatPerVisitor)],
        ...(isNew ? [[`chat:new:${group}`, ofNew(chatPerAddress)] as const] : []),
        ...(isNew ? [[`chat:newOf:${company}`, ofNew(chatPerCompany)] as const] : []),
        [`chat:company:${company}`, often(chatPerCompany)]
      ])
    }
  } satisfies ChatAllowance as ChatAllowance
})
