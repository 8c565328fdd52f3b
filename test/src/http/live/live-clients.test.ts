import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { LiveClients } from "../../../../src/http/live/live-clients.ts"

const withClients = <A>(most: number, use: (clients: LiveClients["Service"]) => A) =>
  Effect.runPromise(Effect.provide(Effect.map(LiveClients, use), LiveClients.layer(most)))

const newClient = () => ({ close: () => {} })

it("a company has at most three quarters of the clients, so that others come in", async () => {
  const joined = await withClients(4, (clients) => {
    const come = (company: string) => {
      const client = newClient()
      const isIn = clients.enter(client) && clients.join(client, company)
      if (!isIn) clients.leave(client)
      return isIn
    }
    return ["acme", "acme", "acme", "acme", "globex", "acme"].map(come)
  })
  expect(joined).toEqual([true, true, true, false, true, false])
})

it("who leaves gives its place in the share back", async () => {
  const joined = await withClients(1, (clients) => {
    const [first, second] = [newClient(), newClient()]
    clients.enter(first)
    const before = [clients.join(first, "acme"), clients.join(second, "acme")]
    clients.leave(first)
    clients.enter(second)
    return [...before, clients.join(second, "acme"), clients.count()]
  })
  expect(joined).toEqual([true, false, true, 1])
})
