import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, expect, it } from "vitest"
import { guardedFetch } from "../../../src/channels/guarded-fetch.ts"

let server: Server
let url: string
const arrived: Array<string> = []
beforeAll(async () => {
  server = createServer((request, response) => {
    arrived.push(request.url ?? "")
    response.end("ok")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server?.close())

/** Allows so many looks, and none after. */
const looks = (allowed: number) => {
  let left = allowed
  return () => left-- > 0
}

const post = (fetching: typeof fetch, path: string) =>
  fetching(`${url}${path}`, { method: "POST", body: "x".repeat(100_000) }).then(
    (response) => response.text(),
    (error) =>
      `${(error as Error).name}: ${String(((error as Error).cause as Error | undefined)?.message ?? error)}`
  )

it("sends what may be sent", async () => {
  expect(
    await post(
      guardedFetch(() => true),
      "/allowed"
    )
  ).toBe("ok")
  expect(arrived).toContain("/allowed")
})

it("does not even begin what may not be sent", async () => {
  expect(
    await post(
      guardedFetch(() => false),
      "/never"
    )
  ).toContain("may not send it any more")
  expect(arrived).not.toContain("/never")
})

it("sends not a byte when the right ends while the connection is made, or was kept from before", async () => {
  expect(await post(guardedFetch(looks(1)), "/kept")).toContain("may not send it any more")
  server.closeAllConnections()
  expect(await post(guardedFetch(looks(1)), "/made")).toContain("may not send it any more")
  expect(arrived.filter((path) => path !== "/allowed")).toEqual([])
})

it("leaves the requests of others alone", async () => {
  const [refused, sent] = await Promise.all([
    post(guardedFetch(looks(1)), "/refused"),
    post(fetch, "/others")
  ])
  expect([refused.includes("may not send"), sent]).toEqual([true, "ok"])
  expect(arrived).not.toContain("/refused")
})
