import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { Engine, EventRefused } from "../../../actors/engine/engine.ts"
import type { Inbound } from "../../../src/channels/channel.ts"
import { Companies } from "../../../src/companies/companies.ts"
import { Contacts } from "../../../src/companies/contacts.ts"
import { Inbox } from "../../../src/inbox/inbox.ts"

const message: Inbound = {
  ...{ _tag: "message", instance: "main", contact: "5511", messageId: "1", at: 1, fromUs: false, text: "Oi" }
}
const known = { leadId: "l", conversation: { company: "acme", machine: "conversation", id: "c" } }

/** What becomes of a message that the engine refuses so. */
const taken = (reason: EventRefused["reason"]) => {
  const stubs = Layer.mergeAll(
    Layer.succeed(Companies, { byInstance: () => Effect.succeed({ id: "acme" }) } as never),
    Layer.succeed(Contacts, {
      take: () => Effect.succeed(known),
      blindKey: () => Effect.succeed("key"),
      forget: () => undefined
    } as never),
    Layer.succeed(Engine, {
      deliver: () => Effect.fail(new EventRefused({ reason, message: "no" }))
    } as never)
  )
  const asked = Effect.flatMap(Inbox, ({ take }) => take("evolution", [message]))
  return Effect.runPromise(Effect.result(asked.pipe(Effect.provide(Inbox.layer), Effect.provide(stubs))))
}

it.each(["unknownCompany", "unknownMachine", "unknownEvent", "parked"] as const)(
  "a message that is refused as %s stays with the provider, for that is no fault of its own",
  async (reason) => {
    expect(await taken(reason)).toMatchObject({ failure: { _tag: "TryAgain", reason: "storeUnavailable" } })
  }
)

it.each(["wrongData", "tooLarge", "closed"] as const)(
  "a message that can never be taken (%s) is answered, or it would come for ever",
  async (reason) => {
    expect(await taken(reason)).toMatchObject({ success: { stored: 0, known: 0, refused: 1 } })
  }
)
