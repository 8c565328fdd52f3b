import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { everyDatabase } from "../../databases.ts"
import { type Draft, draftOf, idsFor, type Material } from "../../proofs/api/draft.ts"
import { type OpenApiDocument, type Operation, operationsOf } from "../../proofs/api/open-api-document.ts"
import { randomOf } from "../../proofs/api/random.ts"
import { otherCompanyNow } from "../../proofs/api/traces.ts"
import { enter } from "../http/live/live-server.ts"
import { type Caller, type OpenApiServer, openApiServer } from "./open-api.ts"
import { fillTwoCompanies, type TwoCompanies } from "./two-companies.ts"

/** Names and ids that both companies have: there each must see its own, elsewhere nothing. */
const isShared = ({ path }: Operation) =>
  /^\/api\/v1\/(contacts|leads|deals|accounts|conversations|replies|contact-channels|holds|replay|jobs|partitions|analytics)\//.test(
    path
  )

describe.each(everyDatabase)("two companies with the same ids, on $name", (kind) => {
  let server: OpenApiServer
  let companies: TwoCompanies
  let material: Material
  let operations: ReadonlyArray<Operation>
  beforeAll(async () => {
    server = await openApiServer(kind)
    companies = await fillTwoCompanies(server)
    const document = (await server.anonymous("/openapi.json")).body as OpenApiDocument
    operations = operationsOf(document)
    material = { document, companies, spareCompanies: ["globex"], cursors: new Map() }
  })
  afterAll(() => server.close())

  /** The request of the document with ids of the other company, as our admin sends it. */
  const askWithTheirIds = async (who: Caller, operation: Operation, n: number) => {
    const draft: Draft = draftOf(operation, material, randomOf(7, n))
    const segments = operation.path
      .split("/")
      .slice(1)
      .map((segment) => {
        const name = /^\{(.+)\}$/.exec(segment)?.[1]
        return name === undefined ? segment : (idsFor(operation, name, material, "theirs")[0] ?? "x")
      })
    const answer = await who.ask(`/${segments.join("/")}`, {
      method: operation.method,
      ...(operation.body === undefined ? {} : { body: draft.body })
    })
    return {
      name: `${operation.method} ${operation.path}`,
      status: answer.status,
      text: JSON.stringify(answer.body) ?? ""
    }
  }

  it("show nothing of each other in any list, page, series or reading of the document", async () => {
    const seen: Array<string> = []
    let told = 0
    for (const [n, operation] of operations.entries()) {
      if (operation.method !== "GET") continue
      for (const { admin, marker } of [companies.ours, companies.theirs]) {
        const { name, text } = await askWithTheirIds(admin, operation, n)
        if (text.includes(marker)) told++
        if (text.includes(marker === "ours" ? "theirs-" : "ours-")) seen.push(`${name} to ${marker}: ${text}`)
      }
    }
    expect(seen).toEqual([])
    // Each sees its own by the same ids, or the test would show nothing.
    expect(told).toBeGreaterThan(30)
  })

  it("answer 404 to ids that only the other has, and nothing that is sent by them changes the other", async () => {
    const before = await otherCompanyNow(server, companies)
    const wrong: Array<string> = []
    for (const [n, operation] of operations.entries()) {
      if (!operation.needsCredentials || operation.id === "me.logout") continue
      const { name, status, text } = await askWithTheirIds(companies.ours.admin, operation, n)
      if (status >= 500 || text.includes("theirs-")) wrong.push(`${name}: ${status} ${text}`)
      const isForeign = operation.path.includes("{") && !isShared(operation)
      if (isForeign && status < 400 && !isEmptyList(text)) wrong.push(`${name}: ${status} ${text}`)
    }
    expect(wrong).toEqual([])
    expect(await otherCompanyNow(server, companies)).toEqual(before)
  })

  it("let their programs follow live what is theirs alone", async () => {
    const socketUrl = `${server.url.replace("http", "ws")}/api/v1/live`
    const [ours, theirs] = await Promise.all(
      [companies.ours, companies.theirs].map(({ admin }) => enter({ socketUrl } as never, admin.token))
    )
    const [conversation] = companies.conversations
    for (const [socket, marker, other] of [
      [ours!, "ours-", "theirs-"],
      [theirs!, "theirs-", "ours-"]
    ] as const) {
      const topic = `conversation:${conversation}`
      await socket.ask({ type: "subscribe", topic, after: "start" }, "subscribed")
      await socket.ask({ type: "subscribe", topic: "board:deals" }, "subscribed")
      await socket.until(() => JSON.stringify(socket.events(topic)).includes(`${marker}message`))
      expect(JSON.stringify(socket.frames)).not.toContain(other)
    }
    const moved = await companies.theirs.admin.ask("/api/v1/deals/lead-5/events/DealMoveAsked", {
      body: { to: "proposal", reason: "theirs-secret" }
    })
    expect(moved.status).toBe(200)
    await theirs!.until(() => JSON.stringify(theirs!.frames).includes("theirs-secret"))
    // Ours comes after theirs: had theirs been sent to us, it would be there by then.
    await companies.ours.admin.ask("/api/v1/deals/lead-5/events/DealMoveAsked", {
      body: { to: "proposal", reason: "ours-secret" }
    })
    await ours!.until(() => JSON.stringify(ours!.frames).includes("ours-secret"))
    expect(JSON.stringify(ours!.frames)).not.toContain("theirs-")
    for (const socket of [ours!, theirs!]) socket.socket.close()
  })

  it("are not known by an address that the other knows them by", async () => {
    const email = "theirs-lead-1@example.com"
    const found = await companies.ours.admin.ask(`/api/v1/contacts?email=${email}`)
    expect(found.body?.items ?? []).toEqual([])
    const erased = await companies.ours.admin.ask("/api/v1/erasures", {
      body: { email, reason: "by mistake" }
    })
    expect(erased.status).toBe(404)
    const contact = await companies.theirs.admin.ask("/api/v1/contacts/lead-1")
    expect(contact.body.row.email).toBe(email)
  })
})

const isEmptyList = (text: string) => /^\{"items":\[\]/.test(text) || text === '{"ended":0}' || text === ""
