import { Session } from "node:inspector/promises"
import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import { startEvolutionDouble } from "../../src/demo/doubles/evolution.ts"
import { contact, upsert } from "../src/channels/evolution-shapes.ts"
import { channelSettings, freePort, openServer, secrets } from "../src/http/open-server.ts"

// Which of our files take part in answering a webhook: those of which a function runs between request and answer, in a
// real server on the embedded database. Of five messages the fewest files count, for then nothing else was under way.

const root = fileURLToPath(new URL("../..", import.meta.url))
/** What follows commits at its own pace, and may run meanwhile: read models, live updates, seals, companies, hints. */
const followers = new RegExp(
  `^(${[
    "test|projections|machines/upcasters|src/live|src/wiring|src/demo|src/pglite|src/redis|src/privacy",
    "src/companies/(keep-companies|stored-company)",
    "eventstore/proof/(anchor|seal)",
    "eventstore/log/(history|stored-rows|upcast)|eventstore/personal/open-event"
  ].join("|")})`
)
const messages = 5

interface Traced {
  readonly files: ReadonlyMap<string, number>
}

const session = new Session()
session.connect()
await session.post("Profiler.enable")
await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false })

/** The functions that ran in `work`, by file. */
const trace = async (work: () => Promise<unknown>): Promise<Traced> => {
  await session.post("Profiler.takePreciseCoverage")
  await work()
  const { result } = await session.post("Profiler.takePreciseCoverage")
  const files = new Map<string, number>()
  for (const { url, functions } of result) {
    if (!url.startsWith("file:") || url.includes("node_modules")) continue
    const ran = functions.filter(({ ranges }) => ranges[0]!.count > 0).length
    const path = relative(root, fileURLToPath(url))
    if (ran > 0 && !followers.test(path)) files.set(path, ran)
  }
  return { files }
}

const port = await freePort()
const evolution = await startEvolutionDouble({
  webhook: `http://127.0.0.1:${port}/webhook/whatsapp`,
  secret: secrets.evolutionWebhookSecret,
  apiKey: secrets.evolutionApiKey
})
const server = await openServer({ port, ...channelSettings(evolution.url, "http://127.0.0.1:9") })

const send = async (text: string, id: string, of: string) => {
  const answer = await fetch(`${server.url}/webhook/whatsapp`, {
    method: "POST",
    headers: { "x-centurion-secret": secrets.evolutionWebhookSecret },
    body: JSON.stringify(upsert({ conversation: text }, { id, remoteJid: `${of}@s.whatsapp.net` }))
  })
  if (!answer.ok) throw new Error(`the webhook was answered with ${answer.status}: ${await answer.text()}`)
}
const quiet = () => new Promise((resolve) => setTimeout(resolve, 1500))
const least = (traces: ReadonlyArray<Traced>) => traces.toSorted((a, b) => a.files.size - b.files.size)[0]!

const show = (title: string, { files }: Traced) => {
  const functions = [...files.values()].reduce((sum, ran) => sum + ran, 0)
  console.log(`\n${title}: ${files.size} files, ${functions} functions`)
  const rooms = Map.groupBy([...files.keys()].sort(), (path) =>
    path
      .split("/")
      .slice(0, path.startsWith("src") ? 2 : 1)
      .join("/")
  )
  for (const [room, paths] of rooms)
    console.log(`  ${room} ${paths.length}: ${paths.map((path) => path.slice(room.length + 1)).join(", ")}`)
}

await send("Oi", "first", contact)
const known: Array<Traced> = []
const fresh: Array<Traced> = []
for (let message = 1; message <= messages; message++) {
  await quiet()
  fresh.push(await trace(() => send("Oi", `new-${message}`, `551190000000${message}`)))
  await quiet()
  known.push(await trace(() => send("Quero saber o preço", `known-${message}`, contact)))
}
show("a message of a known lead, from the request to its answer", least(known))
show("a message of a new lead", least(fresh))
await server.close()
await evolution.close()
process.exit(0)
