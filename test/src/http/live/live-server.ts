import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { WebSocket } from "ws"
import { NotAuthenticated } from "../../../../src/accounts/account-errors.ts"
import { Audit } from "../../../../src/accounts/audit/audit.ts"
import { rightsOf } from "../../../../src/accounts/permissions.ts"
import type { Principal } from "../../../../src/accounts/principal.ts"
import { Authentication } from "../../../../src/accounts/sessions/authentication.ts"
import { Settings, type SettingValues } from "../../../../src/config.ts"
import { LiveClients } from "../../../../src/http/live/live-clients.ts"
import { liveRoutes } from "../../../../src/http/live/live-routes.ts"
import { livePath, liveSockets } from "../../../../src/http/live/live-sockets.ts"
import { LiveHub } from "../../../../src/live/live-hub.ts"
import type { AnyFrame } from "../../live/live-world.ts"

/** A user whose token is `<company>-<id>`. */
export const user = (company: string, id: string, ...roles: ReadonlyArray<string>): Principal => ({
  kind: "user",
  id,
  company,
  name: id,
  email: `${id}@${company}.example`,
  session: "s",
  roles,
  may: rightsOf(roles)
})

/** A server of live updates alone, with real sockets; who may come in is said by the test. */
export const startLiveServer = async (
  hub: LiveHub["Service"],
  own: Partial<SettingValues> = {},
  port = 0
) => {
  const tokens = new Map<string, Principal>()
  const refusals: Array<string> = []
  // As the real server has it: answers under way may go out before what makes them ends.
  const [scope, answers] = await Effect.runPromise(Effect.all([Scope.make(), Scope.make()]))
  const authentication = Layer.succeed(Authentication, {
    authenticate: (authorization) => {
      const found = tokens.get((authorization ?? "").replace("Bearer ", ""))
      return found === undefined
        ? Effect.fail(new NotAuthenticated({ reason: "wrongToken", message: "the token is wrong" }))
        : Effect.succeed(found)
    }
  })
  const audit = Layer.mock(Audit, {
    write: ({ company, principal, target, reason }) =>
      Effect.sync(() => void refusals.push(`${company} ${principal} ${target} ${reason}`))
  })
  const services = Layer.mergeAll(authentication, audit, Layer.succeed(LiveHub, hub))
  const settings = Settings.layerWith({ ...own })
  const clients = LiveClients.layer(own.liveSocketsMax ?? 2_000)
  const server = createServer()
  const built = await Effect.runPromise(
    Layer.buildWithScope(Layer.mergeAll(services, clients, settings), scope)
  )
  const start = Effect.gen(function* () {
    const router = yield* HttpRouter.toHttpEffect(liveRoutes)
    server.on("request", yield* NodeHttpServer.makeHandler(router, { scope: answers }))
    server.on("upgrade", yield* liveSockets)
  })
  await Effect.runPromise(Scope.provide(Effect.provide(start, built), scope))
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${address}${livePath}`,
    socketUrl: `ws://${address}${livePath}`,
    tokens,
    refusals,
    /** A new token of this user. */
    admit: (principal: Principal, token = `${principal.company}-${principal.id}`) => {
      tokens.set(token, principal)
      return token
    },
    clients: () => Effect.runSync(Effect.provide(LiveClients, built)).count(),
    stop: async () => {
      await Effect.runPromise(Scope.close(scope, Exit.void))
      server.closeIdleConnections()
      await new Promise((resolve) => server.close(resolve))
      await Effect.runPromise(Scope.close(answers, Exit.void))
    }
  }
}
export type LiveServer = Awaited<ReturnType<typeof startLiveServer>>

/** A client's socket, and all that came by it. */
export const openSocket = (url: string, headers: Record<string, string> = {}) => {
  const socket = new WebSocket(url, { headers })
  const frames: Array<AnyFrame> = []
  const hearers = new Set<() => void>()
  const tellAll = () => {
    for (const hear of hearers) hear()
  }
  socket.on("message", (data) => {
    frames.push(JSON.parse(String(data)))
    tellAll()
  })
  let closed: { readonly code: number; readonly reason: string } | undefined
  socket.on("close", (code, reason) => {
    closed = { code, reason: String(reason) }
    tellAll()
  })
  socket.on("error", () => {})
  const opened = new Promise<void>((resolve) => socket.once("open", resolve))
  const until = (is: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!is()) return
        hearers.delete(look)
        resolve()
      }
      hearers.add(look)
      look()
    })
  const send = async (frame: unknown) => {
    await opened
    socket.send(typeof frame === "string" ? frame : JSON.stringify(frame))
  }
  return {
    socket,
    frames,
    send,
    until,
    events: (topic: string): ReadonlyArray<AnyFrame> =>
      frames.filter((frame) => frame.type === "event" && frame.topic === topic),
    last: () => frames.at(-1),
    /** Sends, and waits for an answer of this type. */
    ask: async (frame: unknown, type: string): Promise<AnyFrame> => {
      const before = frames.length
      await send(frame)
      const find = () => frames.slice(before).find((each) => each.type === type)
      await until(() => find() !== undefined || closed !== undefined)
      return find()
    },
    closed: async () => {
      await until(() => closed !== undefined)
      return closed!
    }
  }
}
export type Socket = ReturnType<typeof openSocket>

/** A socket that has said who it is. */
export const enter = async (server: LiveServer, token: string): Promise<Socket> => {
  const socket = openSocket(server.socketUrl)
  await socket.ask({ type: "hello", token }, "welcome")
  return socket
}
