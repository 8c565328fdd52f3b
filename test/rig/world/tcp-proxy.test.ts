import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import { afterEach, beforeEach, expect, test } from "vitest"
import { startProxy, type TcpProxy } from "./tcp-proxy.ts"

let server: Server
let proxy: TcpProxy
const heard: Array<string> = []
const open: Array<Socket> = []

/** Says everything back. */
beforeEach(async () => {
  heard.length = 0
  server = createServer((socket) => {
    open.push(socket)
    socket.on("error", () => {})
    socket.on("data", (bytes: Buffer) => {
      heard.push(bytes.toString())
      socket.write(bytes)
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  proxy = await startProxy(serverPort(), () => 0.5)
})

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy()
  await proxy.close()
  server.close()
})

const serverPort = () => (server.address() as AddressInfo).port
const dial = async (port = proxy.port): Promise<Socket> => {
  const socket = connect(port, "127.0.0.1")
  open.push(socket)
  socket.on("error", () => {})
  await once(socket, "connect")
  return socket
}
/** Resolves when it is gone, however it went. */
const gone = (socket: Socket) => new Promise<void>((resolve) => void socket.once("close", () => resolve()))
const answer = async (socket: Socket): Promise<string> => String((await once(socket, "data"))[0])
const asks = async (socket: Socket, text: string): Promise<string> => {
  socket.write(text)
  return answer(socket)
}

test("passes on what is said, both ways", async () => {
  expect(await asks(await dial(), "oi")).toBe("oi")
})

test("tells both sides of a cut, and takes new connections", async () => {
  const socket = await dial()
  await asks(socket, "oi")
  const told = gone(socket)
  proxy.cut()
  await told
  expect(proxy.connections()).toBe(0)
  expect(await asks(await dial(), "de novo")).toBe("de novo")
})

test("what is held arrives when it is over, and nothing before", async () => {
  const [held, direct] = [await dial(), await dial(serverPort())]
  await asks(held, "1")
  proxy.hold(true)
  held.write("2")
  await asks(direct, "3")
  expect(heard).toEqual(["1", "3"])
  proxy.hold(false)
  expect(await answer(held)).toBe("2")
})

test("only the connection on which the words go out stands still", async () => {
  const [stands, runs] = [await dial(), await dial()]
  proxy.holdWhere("5511")
  stands.write("to 5511")
  expect(await asks(runs, "to 5512")).toBe("to 5512")
  expect(heard).toEqual(["to 5512"])
  proxy.holdWhere(undefined)
  expect(await answer(stands)).toBe("to 5511")
})

test("half open, the far side is gone and the near side hears nothing", async () => {
  const socket = await dial()
  await asks(socket, "oi")
  const far = open.find((each) => each.localPort === serverPort())!
  const farGone = gone(far)
  proxy.halfOpen()
  await farGone
  socket.write("alguém?")
  expect(await asks(await dial(), "oi")).toBe("oi")
  expect([socket.destroyed, heard]).toEqual([false, ["oi", "oi"]])
})

test("a lost answer takes its connection with it, after the question arrived", async () => {
  proxy.loseAnswers(0.6)
  const socket = await dial()
  const told = gone(socket)
  socket.write("oi")
  await told
  expect(heard).toEqual(["oi"])
  proxy.loseAnswers(0.4)
  expect(await asks(await dial(), "tudo bem?")).toBe("tudo bem?")
})

test("a delay keeps the order", async () => {
  const socket = await dial()
  proxy.delay(30)
  const began = performance.now()
  socket.write("a")
  await asks(socket, "b")
  expect(heard.join("")).toBe("ab")
  expect(performance.now() - began).toBeGreaterThan(55)
})
