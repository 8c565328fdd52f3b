import type { DatabaseKind } from "../../databases.ts"
import { type OpenApiServer, openApiServer } from "../../src/api/open-api.ts"
import { fillTwoCompanies } from "../../src/api/two-companies.ts"
import { type Crowd, gatherCrowd, type Somebody } from "./crowd.ts"
import { type Draft, draftOf, type Material } from "./draft.ts"
import { judge, type Law } from "./judge.ts"
import { mutations } from "./mutations.ts"
import { type OpenApiDocument, type Operation, operationsOf } from "./open-api-document.ts"
import { type Random, randomOf } from "./random.ts"
import { type Received, type Sent, sender, toSend } from "./send.ts"
import { otherCompanyNow, secretSettings, tracesOf } from "./traces.ts"

/** An answer that should not be, and how to ask for it again. */
export interface Finding {
  readonly request: number
  readonly what: string
  readonly who: string
  readonly operation: string
  readonly done: ReadonlyArray<string>
  readonly sent: string
  readonly answer: string
}

/** What a run has seen. */
export interface FuzzReport {
  readonly seed: number
  readonly requests: number
  readonly operations: number
  readonly byStatus: Readonly<Record<string, number>>
  /** Operations, by how many of their requests succeeded. */
  readonly succeeded: Readonly<Record<string, number>>
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  readonly findings: ReadonlyArray<Finding>
}

/** What to send: all of them, or one alone. */
export interface FuzzAsked {
  readonly on: DatabaseKind
  readonly requests: number
  readonly seed: number
  readonly only?: number
  readonly tell?: (done: number, findings: number) => void
}

const connections = 8

/** What is allowed, and would end the run or blur what it shows: anybody may leave their address at any company. */
const isTooMuch = ({ operation, segments, body }: Draft, who: Somebody): boolean =>
  (who.name.includes("super_admin") && ["acme", "globex"].includes(segments[3] ?? "")) ||
  (operation.id === "me.logout" && !who.isForged) ||
  (operation.id === "public.lead" && (body as { company?: unknown } | undefined)?.company === "globex")

const pickWeighted = (all: ReadonlyArray<Somebody>, random: Random): Somebody => {
  const total = all.reduce((sum, { weight }) => sum + weight, 0)
  let left = random.next() * total
  for (const each of all) {
    left -= each.weight
    if (left < 0) return each
  }
  return all[0]!
}

/** First every operation once as it should be, and once by ids of the other company: whatever leaks shows by then. */
const sweep: ReadonlyArray<{ readonly who: string; readonly spoilt: ReadonlyArray<string> }> = [
  { who: "key of acme as Admin", spoilt: [] },
  { who: "key of acme as Admin", spoilt: ["otherCompanysId"] },
  { who: "Comercial of acme", spoilt: [] }
]

/** Request number `n` of a seed: always the same, but for ids that the server made up. */
const requestOf = (
  n: number,
  seed: number,
  material: Material,
  crowd: Crowd,
  operations: ReadonlyArray<Operation>
) => {
  const random = randomOf(seed, n)
  const round = sweep[Math.floor(n / operations.length)]
  const who = crowd.all.find(({ name }) => name === round?.who) ?? pickWeighted(crowd.all, random)
  const may = who.readsOnly ? operations.filter(({ method }) => method === "GET") : operations
  // Each operation in turn, so that none is left out.
  const operation = may[n % may.length]!
  const draft = draftOf(operation, material, random)
  if (round !== undefined) draft.query.length = 0
  const howOften = random.chance(0.3) ? 0 : random.chance(0.7) ? 1 : 2 + random.below(2)
  const names = round?.spoilt ?? Array.from({ length: howOften }, () => random.pick(Object.keys(mutations)))
  for (const name of names) {
    if (who.readsOnly && ["otherMethod", "otherHeaders"].includes(name)) continue
    mutations[name]!(draft, random, material)
    draft.done.push(name)
  }
  const address = `10.${random.below(200)}.${random.below(250)}.${1 + random.below(250)}`
  return { who, draft, sent: toSend(draft, who.authorization, address) }
}

const shownRequest = ({ method, target, headers, body }: Sent): string => {
  const own = headers.filter(([name]) => !["host", "authorization", "content-length"].includes(name))
  const head = own.map(([name, value]) => ` -H '${name}: ${value.slice(0, 120)}'`).join("")
  const sent = body === undefined ? "" : ` -d '${Buffer.from(body).toString("utf8").slice(0, 300)}'`
  return `${method} ${target.slice(0, 400)}${head}${sent}`
}

const gatherMaterial = async (server: OpenApiServer, document: OpenApiDocument): Promise<Material> => {
  const companies = await fillTwoCompanies(server)
  const cursors = new Map<string, ReadonlyArray<string>>()
  for (const { path, parameters } of operationsOf(document)) {
    if (!parameters.some(({ name }) => name === "cursor")) continue
    const pages = await Promise.all(
      [companies.ours, companies.theirs].map(({ admin }) => admin.ask(`${path}?limit=1`))
    )
    cursors.set(
      path,
      pages.map(({ body }) => body?.next).filter((next) => typeof next === "string")
    )
  }
  const owner = await server.as("acme", "ours-owner", "super_admin")
  const spareCompanies = ["spare-one", "spare-two"]
  for (const id of spareCompanies)
    await owner.ask("/api/v1/companies", { body: { settings: { id, name: id }, reason: "for the proof" } })
  return { document, companies, spareCompanies, cursors }
}

const share = (sorted: ReadonlyArray<number>, part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0

/** Sends requests made from the server's own OpenAPI document, and holds each answer against it. */
export const fuzzApi = async ({ on, requests, seed, only, tell }: FuzzAsked): Promise<FuzzReport> => {
  const server = await openApiServer(on, { trustedProxies: 1, ...secretSettings.settings })
  const { send, close } = sender(server.url, connections)
  try {
    const document = (await server.anonymous("/openapi.json")).body as OpenApiDocument
    const operations = operationsOf(document)
    const material = await gatherMaterial(server, document)
    const crowd = await gatherCrowd(server, material.companies)
    const secrets = [...crowd.secrets, ...secretSettings.canaries]
    const law: Law = { document, secrets }
    const before = await otherCompanyNow(server, material.companies)
    const findings: Array<Finding> = []
    const byStatus: Record<string, number> = {}
    const succeeded: Record<string, number> = Object.fromEntries(operations.map(({ id }) => [id, 0]))
    const times: Array<number> = []
    let next = only ?? 0
    let done = 0
    const end = only === undefined ? requests : only + 1
    const note = (n: number, who: Somebody, draft: Draft, sent: Sent, received: Received) => {
      const status = String(received.status ?? "broken")
      byStatus[status] = (byStatus[status] ?? 0) + 1
      if (received.status !== undefined && received.status < 400 && !draft.strayed)
        succeeded[draft.operation.id]!++
      times.push(received.ms)
      for (const what of judge(law, who, draft, received))
        findings.push({
          request: n,
          what,
          who: who.name,
          operation: draft.operation.id,
          done: draft.done,
          sent: shownRequest(sent),
          answer: `${status} ${received.text.slice(0, 400)}`
        })
    }
    const work = async () => {
      while (next < end) {
        const n = next++
        const { who, draft, sent } = requestOf(n, seed, material, crowd, operations)
        if (!isTooMuch(draft, who)) note(n, who, draft, sent, await send(sent))
        tell?.(++done, findings.length)
      }
    }
    await Promise.all(Array.from({ length: connections }, work))
    for (const what of await tracesOf(server, material.companies, before, secrets))
      findings.push({
        request: -1,
        what,
        who: "-",
        operation: "afterwards",
        done: [],
        sent: "-",
        answer: "-"
      })
    const sorted = [...times].sort((a, b) => a - b)
    return {
      seed,
      requests: times.length,
      operations: operations.length,
      byStatus,
      succeeded,
      p50Ms: share(sorted, 0.5),
      p99Ms: share(sorted, 0.99),
      maxMs: sorted.at(-1) ?? 0,
      findings
    }
  } finally {
    close()
    await server.close()
  }
}
