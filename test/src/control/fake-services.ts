import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { Engine } from "../../../actors/engine/engine.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { SealStore } from "../../../eventstore/proof/seal-store.ts"
import { Operator } from "../../../src/accounts/people/operator.ts"
import { CompanyAdmin } from "../../../src/companies/company-admin.ts"
import { Contacts } from "../../../src/companies/contacts.ts"
import { Settings } from "../../../src/config.ts"
import { controlRoutes } from "../../../src/control/routes.ts"
import { Queries } from "../../../src/queries/queries.ts"

/** By the name of its call, what a method of a service does: an effect where it takes nothing. */
export type Fakes = Readonly<Record<string, unknown>>

const services = {
  engine: Engine,
  store: EventStore,
  history: History,
  subjects: SubjectStore,
  contacts: Contacts,
  seals: SealStore,
  companies: CompanyAdmin,
  queries: Queries,
  users: Operator
}

const fakeLayer = (fakes: Fakes) => {
  const layers = Object.entries(services).map(([subject, service]) => {
    const own = Object.entries(fakes).filter(([tag]) => tag.startsWith(`${subject}.`))
    const methods = Object.fromEntries(own.map(([tag, method]) => [tag.slice(subject.length + 1), method]))
    return Layer.succeed(service as unknown as Context.Key<never, unknown>, methods)
  })
  return Layer.mergeAll(layers[0]!, ...layers.slice(1)) as unknown as Layer.Layer<
    (typeof services)[keyof typeof services]["Identifier"]
  >
}

/** A real server on the loopback whose services are these. */
export const openControl = async (fakes: Fakes, bodyMaxBytes = 1024 * 1024) => {
  const scope = Scope.makeUnsafe()
  const logs: Array<string> = []
  const token = "the-token"
  const server = createServer()
  const serving = HttpRouter.serve(controlRoutes(token), {
    disableLogger: true,
    disableListenLog: true
  }).pipe(
    Layer.provide(NodeHttpServer.layer(() => server, { port: 0, host: "127.0.0.1" })),
    Layer.provide(fakeLayer(fakes)),
    Layer.provide(Settings.layerWith({ bodyMaxBytes })),
    Layer.provide(Logger.layer([Logger.map(Logger.formatJson, (line) => void logs.push(line))]))
  )
  await Effect.runPromise(Layer.buildWithScope(serving, scope))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    logs,
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
