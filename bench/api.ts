import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { defaultLimits } from "../actors/engine/engine-limits.ts"
import { machines } from "../machines/index.ts"
import { Companies } from "../src/companies/companies.ts"
import { demoCompany } from "../src/companies/demo.ts"
import { apiKeyOf, createAdmin } from "./api-login.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { rounded } from "./figure.ts"
import { type HttpConnection, openConnection } from "./http-connection.ts"
import { percentile, runLoad, spread } from "./load.ts"
import { benchMasterKey, openEngine } from "./open-engine.ts"
import { runServer } from "./run-server.ts"

const leadsDefault = [100_000]
const company = demoCompany.id
/** Requests under way at once, each on a connection of its own. */
const clients = 32
/** Leads that the engine takes at once while the database is filled. */
const fillingAtOnce = 512
/** A server is measured when its code is compiled: that takes some ten thousand requests, of each kind some thousand. */
const warmSeconds = { first: 15, each: 4 }
const roundSecondsMin = 3
const pageRows = 50
const farPage = 1000
const pageRounds = 200
const caughtUpMaxMs = 30 * 60_000

const leadId = (n: number) => n.toString(16).padStart(20, "0")

/** Persons and their leads by the engine itself, as a form brings them. */
const fill = async (url: string, leads: number) => {
  const companies = await Effect.runPromise(Effect.provide(Companies, Companies.layerDemo))
  const opened = await openEngine(url, {
    machines: machines.filter(({ machine }) => machine.id === "contact" || machine.id === "lead"),
    companies: [company],
    startInput: companies.startInput,
    runJobs: false,
    limits: { ...defaultLimits, partitionsPerCompany: 4, lanes: 2 }
  })
  const take = async (n: number) => {
    const id = leadId(n)
    const at = Date.now()
    const who = { name: `Lead ${n}`, email: `lead-${n}@example.com` }
    const deliver = (machine: string, event: { readonly type: string }) =>
      Effect.runPromise(opened.engine.deliver({ company, machine, id }, event, { principal: "bench" }))
    await deliver("contact", { type: "ContactDescribeAsked", ...who, by: "bench", at } as never)
    await deliver("lead", { type: "LeadSubmitted", source: "form", form: who, at } as never)
  }
  let next = 0
  const worker = async () => {
    while (next < leads) await take(next++)
  }
  await Promise.all(Array.from({ length: fillingAtOnce }, worker))
  await opened.close()
}

/** Waits until the read models show all of history; gives the events that there are. */
const caughtUp = async ({ database }: BenchWorld): Promise<number> => {
  const until = performance.now() + caughtUpMaxMs
  while (true) {
    const { rows } = await database.admin.query(
      `select (select sum(position)::int from es.partition) as events,
         coalesce((select bool_and(c.position = p.position) from es.partition p
           join core.checkpoint c on c.company = p.company and c.partition = p.partition), false) as shown`
    )
    if (rows[0].shown) return rows[0].events
    if (performance.now() > until) throw new Error("the read models don't catch up")
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** What a seller's program asks, each with a number that is another one each time. */
const reads: Readonly<Record<string, (n: number, leads: number) => string>> = {
  "one lead": (n, leads) => `leads/${leadId((n * 7919) % leads)}`,
  "a page of 20 leads": () => "leads?limit=20",
  "a page of 20 contacts": () => "contacts?limit=20",
  "a page of 20 leads of one state": () => "leads?limit=20&state=new&sort=-createdAt"
}

const measureReads = async (world: BenchWorld, connections: ReadonlyArray<HttpConnection>, leads: number) => {
  // A trial of less than a second is no measurement, and warms up as little.
  const share = Math.min(1, world.seconds)
  const roundSeconds = Math.max(share * roundSecondsMin, world.seconds)
  const kinds = Object.entries(reads)
  let n = 0
  const asking = (path: (typeof kinds)[number][1] | undefined) => (client: number) => {
    const of = path ?? kinds[n % kinds.length]![1]
    return connections[client]!.get(`/api/v1/${of(n++, leads)}`)
  }
  await runLoad(clients, share * warmSeconds.first, clients, asking(undefined))
  for (const [name, path] of [...kinds, ["all of these in turn", undefined] as const]) {
    const ask = asking(path)
    await runLoad(clients, share * warmSeconds.each, clients, ask)
    const load = await runLoad(clients, roundSeconds, clients, ask)
    world.report({
      bench: "api",
      case: `${name}, ${leads} leads, c=${clients}`,
      unit: "requests/s",
      value: rounded(load.perSecond),
      ...spread(load.latencies),
      targets: [
        { of: "value", is: ">=", than: 2000 },
        { of: "p99Ms", is: "<=", than: 50 }
      ]
    })
  }
}

/** The first page against one far behind it, asked by turns. */
const measurePages = async (world: BenchWorld, { get }: HttpConnection, leads: number) => {
  const far = Math.min(farPage, Math.floor(leads / pageRows))
  const page = (cursor: string) => get(`/api/v1/leads?limit=${pageRows}${cursor && `&cursor=${cursor}`}`)
  let cursor = ""
  for (let n = 1; n < far; n++) cursor = JSON.parse(String(await page(cursor))).next
  const times: Record<"first" | "far", Array<number>> = { first: [], far: [] }
  for (let round = 0; round < pageRounds; round++) {
    for (const [which, at] of [
      ["first", ""],
      ["far", cursor]
    ] as const) {
      const began = performance.now()
      await page(at)
      times[which].push(performance.now() - began)
    }
  }
  const p50 = (of: Array<number>) =>
    percentile(
      of.sort((a, b) => a - b),
      0.5
    )
  world.report({
    bench: "api",
    case: `page ${far} against page 1 (floor)`,
    unit: "ms",
    value: rounded(p50(times.far)),
    floor: rounded(p50(times.first)),
    ratio: rounded(p50(times.far) / p50(times.first)),
    targets: [{ of: "ratio", is: "<=", than: 1.2 }]
  })
}

const measure = async (world: BenchWorld, leads: number) => {
  const began = performance.now()
  await fill(world.database.url, leads)
  const perSecond = (leads * 1000) / (performance.now() - began)
  world.report({
    bench: "api",
    case: `filling, ${leads} leads with their contacts`,
    unit: "leads/s",
    value: rounded(perSecond)
  })
  const dir = mkdtempSync(join(tmpdir(), "centurion-bench-api-"))
  const env = {
    DATABASE_URL: world.database.url,
    DATABASE_ADMIN_URL: world.database.adminUrl,
    CENTURION_DIR: dir,
    CENTURION_MASTER_KEY: benchMasterKey.toString("base64")
  }
  try {
    await catchUp(world, env)
    // As a database is in daily use: what a hundred thousand leads at once leave behind is tidied up.
    await world.database.admin.query("vacuum (analyze)")
    await world.database.admin.query("checkpoint")
    await createAdmin(env)
    await measureServer(world, env, leads)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

type Env = Readonly<Record<string, string>>

/** One server takes all of it into the read models, and ends. */
const catchUp = async (world: BenchWorld, env: Env) => {
  const server = await runServer(env)
  try {
    const startedAt = performance.now()
    const events = await caughtUp(world)
    const seconds = (performance.now() - startedAt) / 1000
    world.report({
      bench: "api",
      case: `read models caught up, ${events} events`,
      unit: "events/s",
      value: rounded(events / seconds)
    })
  } finally {
    await server.stop()
  }
}

const measureServer = async (world: BenchWorld, env: Env, leads: number) => {
  const server = await runServer(env)
  const connections: Array<HttpConnection> = []
  try {
    const key = await apiKeyOf(server.url, world.database)
    while (connections.length < clients) connections.push(await openConnection(server.url, `Bearer ${key}`))
    await measureReads(world, connections, leads)
    await measurePages(world, connections[0]!, leads)
  } finally {
    for (const { close } of connections) close()
    await server.stop()
  }
}

const run = async (world: BenchWorld): Promise<void> => {
  for (const leads of world.sizes ?? leadsDefault) await measure(world, leads)
}

export const api: Bench = {
  name: "api",
  about: "reads through the HTTP API of the real server, with 100,000 leads in the database",
  run
}
