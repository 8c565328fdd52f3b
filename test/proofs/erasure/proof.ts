import { copyFileSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { becomesTrue } from "../../rig/world/program.ts"
import { randomFrom } from "../../rig/world/random.ts"
import type { Plant } from "./app/plants.ts"
import {
  askForPerson,
  comesToRest,
  knockInVain,
  meetErrors,
  type Person,
  tellEverything
} from "./conversation.ts"
import { filesOf, type Opened, openAll, type Place, tablesOf } from "./places.ts"
import { makeProofDatabase, type ProofDatabase } from "./proof-database.ts"
import { proofCompany, type Ran, type Stage, setStage } from "./stage.ts"
import { type Hit, type TokenSearch, tokenSearch } from "./token-search.ts"
import { tokenList, tokensOf } from "./tokens.ts"

/** One line of the result. `detail` says more when it is not as wanted. */
export interface Figure {
  readonly what: string
  readonly wanted: string
  readonly seen: string
  readonly ok: boolean
  readonly detail: ReadonlyArray<string>
}

/** How the proof is run. */
export interface ProofOptions {
  /** A Postgres in which databases can be made. */
  readonly serverUrl: string
  readonly seed: number
  /** An empty folder for dumps, exports and logs. */
  readonly scratch: string
  readonly plants: ReadonlyArray<Plant>
  readonly progress: (share: number, what: string) => void
}

const erasedMaxMs = 120_000
const hitsShown = 5

/** Plays it from the first message to the restored backup; gives what was seen at every place. */
export const proveErasure = async (options: ProofOptions): Promise<ReadonlyArray<Figure>> => {
  const { serverUrl, scratch, plants } = options
  mkdirSync(scratch, { recursive: true })
  const made: Array<ProofDatabase> = []
  const makeDatabase = async () => {
    made.push(await makeProofDatabase(serverUrl))
    return made.at(-1)!
  }
  const stage = await setStage(scratch, plants)
  try {
    return await new Proof(stage, options, makeDatabase).run()
  } finally {
    await stage.close()
    for (const database of made) await database.drop()
  }
}

/** A class because every step adds to the figures and knows what the steps before it left. */
class Proof {
  readonly stage: Stage
  readonly options: ProofOptions
  readonly makeDatabase: () => Promise<ProofDatabase>
  readonly figures: Array<Figure> = []
  readonly ana: Person
  readonly bia: Person
  readonly anas: TokenSearch
  readonly bias: TokenSearch

  constructor(stage: Stage, options: ProofOptions, makeDatabase: () => Promise<ProofDatabase>) {
    this.stage = stage
    this.options = options
    this.makeDatabase = makeDatabase
    const random = randomFrom(options.seed)
    this.ana = { tokens: tokensOf(random) }
    this.bia = { tokens: tokensOf(random) }
    this.anas = tokenSearch(tokenList(this.ana.tokens))
    this.bias = tokenSearch(tokenList(this.bia.tokens))
  }

  async run(): Promise<ReadonlyArray<Figure>> {
    const { stage, options } = this
    const live = await this.makeDatabase()
    await stage.startServer(live)
    for (const sql of options.plants.flatMap((plant) => plant.sql ?? [])) await live.admin(sql)
    options.progress(0.1, "two people talk")
    await this.talk(live)
    options.progress(0.3, "looks at what is there, takes a backup")
    const before = await this.lookBefore(live)
    options.progress(0.5, "erases")
    await this.erase(live)
    options.progress(0.6, "looks at what is left")
    await this.lookAfter(live, before)
    await stage.stopServer()
    options.progress(0.75, "restores the backup")
    await this.restore(before)
    this.none("what the server logged", { name: "log", bytes: stage.log() })
    this.none("keys, anchors and ledger", filesOf(stage.directory, "files"))
    return this.figures
  }

  private async talk(live: ProofDatabase) {
    const { stage, ana, bia } = this
    await tellEverything(stage, ana)
    await tellEverything(stage, bia)
    await askForPerson(stage, ana)
    await comesToRest(stage, live)
    await meetErrors(stage, live, ana)
    const statuses = await knockInVain(stage, ana)
    const refused = statuses.filter((status) => status >= 400).length
    this.expect("webhooks refused that quote them", ">= 4", `${refused} of ${statuses.length}`, refused >= 4)
  }

  private async lookBefore(live: ProofDatabase): Promise<Opened> {
    const opened = await openAll(live, "history")
    this.all("before: their words, opened", this.anas, opened.place)
    this.all("before: another's words, opened", this.bias, opened.place)
    const [row] = await live.admin(
      `select (select count(*)::int from es.job), (select count(*)::int from es.timer),
        (select count(*)::int from es.snapshot)`
    )
    const [jobs, timers, snapshots] = row!.map(Number)
    const counts = `${jobs} job, ${timers} timers, ${snapshots} snapshots`
    this.expect("before: what waits and is kept", "some", counts, jobs! > 0 && timers! > 2 && snapshots! > 2)
    // Read models are there to be read: their words are in the clear while the person is there.
    const isReadModel = ({ name }: Place) => name.startsWith("before: c_")
    for (const place of await tablesOf(live, "before")) if (!isReadModel(place)) this.none(place.name, place)
    await live.dumpTo(this.file("before.sql"))
    this.none("backup from before", this.read("before.sql"))
    await this.exportTo("before", live)
    await this.verifies("before", live)
    return opened
  }

  private async erase(live: ProofDatabase) {
    const { phone } = this.ana.tokens
    const asked = ["erase", proofCompany, "--contact", `phone:${phone}`, "--reason", "case 7", "--yes"]
    const erased = await this.stage.centurion(live, ...asked)
    this.command("centurion erase", erased)
  }

  private async lookAfter(live: ProofDatabase, before: Opened) {
    const { stage } = this
    for (const place of await tablesOf(live, "after")) this.none(place.name, place)
    await live.dumpTo(this.file("after.sql"))
    this.none("backup from after", this.read("after.sql"))
    await this.exportTo("after", live)
    await this.verifies("after", live)
    await this.isErased("after", live, before)
    const { stream } = before.events.find((event) => isAbout(event, this.ana))!
    this.command("centurion events", await stage.centurion(live, "events", proofCompany, "--limit", "0"))
    this.command("centurion replay", await stage.centurion(live, "replay", `${proofCompany}/${stream}`))
    this.command("centurion jobs list", await stage.centurion(live, "jobs", "list"))
  }

  private async restore(before: Opened) {
    const { stage } = this
    const made = await this.makeDatabase()
    await made.restoreFrom(this.file("before.sql"))
    const restored = { ...made, env: { ...made.env, CENTURION_ANCHOR_DIR: this.ownAnchors() } }
    for (const place of await tablesOf(restored, "restored")) this.none(place.name, place)
    const opened = await openAll(restored, "history")
    this.all("restored: what the backup alone still opens", this.anas, opened.place)
    const sentBefore = (await stage.sent()).length
    await stage.startServer(restored)
    const isDone = async () =>
      (await restored.admin("select 1 from es.erasure where done_at is not null")).length > 0
    const again = await becomesTrue(isDone, erasedMaxMs)
    this.expect("restored: erased again at the start", "yes", again ? "yes" : "no", again)
    await this.isErased("restored", restored, before)
    for (const place of await tablesOf(restored, "erased again")) this.none(place.name, place)
    await this.verifies("restored", restored)
    const sent = (await stage.sent()).slice(sentBefore)
    this.expect("restored: messages sent to them", "0", `${sent.length}`, sent.length === 0)
    await stage.stopServer()
  }

  /** Seals of a restored database go on from the backup: their place is a new one, with a copy of the ledger. */
  private ownAnchors(): string {
    const directory = this.file("anchors")
    mkdirSync(directory)
    copyFileSync(join(this.stage.directory, "anchors", "erasures.ndjson"), join(directory, "erasures.ndjson"))
    return directory
  }

  /** Nothing of the one can be opened, and everything of the other. */
  private async isErased(title: string, database: ProofDatabase, before: Opened) {
    const { events, place } = await openAll(database, "history")
    this.none(`${title}: what the master key still opens`, place)
    this.all(`${title}: another's words, opened`, this.bias, place)
    const isAnas = streamsOf(before.events, this.ana)
    const left = events.filter(
      ({ stream, keyId, withheld }) => isAnas.has(stream) && keyId !== null && withheld !== "erased"
    )
    this.expect(`${title}: events not withheld`, "0", `${left.length}`, left.length === 0)
    const copies = await copiesIn(database, [...isAnas])
    this.expect(`${title}: copies of theirs`, "0", `${copies}`, copies === 0)
    const last = [...isAnas].map((stream) => events.findLast((event) => event.stream === stream)?.type)
    const proved = last.filter((type) => type === "SubjectErased").length
    this.expect(`${title}: streams with a proof`, `${last.length}`, `${proved}`, proved === last.length)
    const [keys] = await database.admin("select count(*)::int from es.subject where wrapped is null")
    this.expect(`${title}: persons without a key`, "1", String(keys![0]), keys![0] === 1)
    const others = (of: ReadonlyArray<StoredEvent>) =>
      JSON.stringify(
        of
          .filter(({ stream }) => !isAnas.has(stream))
          .map((event) => [event.stream, event.version, event.data, event.withheld])
      )
    const same = others(events) === others(before.events)
    this.expect(`${title}: another's history`, "the same", same ? "the same" : "changed", same)
  }

  private async exportTo(title: string, database: ProofDatabase) {
    const file = `${title}.ndjson`
    const ran = await this.stage.centurion(database, "export", proofCompany, "--out", this.file(file))
    this.command(`${title}: centurion export`, ran)
    if (ran.code !== 0) return
    this.none(`export from ${title}`, this.read(file))
    this.command(
      `${title}: centurion verify --export`,
      await this.stage.centurion(database, "verify", "--export", this.file(file))
    )
  }

  private async verifies(title: string, database: ProofDatabase) {
    this.command(`${title}: centurion verify`, await this.stage.centurion(database, "verify"))
  }

  private file(name: string) {
    return join(this.options.scratch, name)
  }

  private read(name: string): Place {
    return { name, bytes: readFileSync(this.file(name)) }
  }

  /** A command that has to end well and to say nothing personal. */
  private command(what: string, { code, said }: Ran) {
    const hits = this.anas.hitsIn(what, Buffer.from(said))
    const ok = code === 0 && hits.length === 0
    const detail = ok ? [] : [...told(hits), ...said.trim().split("\n").slice(-hitsShown)]
    this.figures.push({ what, wanted: "0 hits", seen: `${hits.length} hits, exit ${code}`, ok, detail })
  }

  private none(what: string, { bytes }: Place) {
    const hits = this.anas.hitsIn(what, bytes)
    const detail = told(hits)
    this.figures.push({ what, wanted: "0 hits", seen: `${hits.length} hits`, ok: hits.length === 0, detail })
  }

  private all(what: string, search: TokenSearch, { bytes }: Place) {
    const wanted = Object.keys(this.ana.tokens)
    const found = new Set(search.hitsIn(what, bytes).map(({ token }) => token))
    const missing = wanted.filter((name) => !found.has(name))
    const detail = missing.length === 0 ? [] : [`missing: ${missing.join(", ")}`]
    const seen = `${found.size} of ${wanted.length}`
    this.figures.push({ what, wanted: `${wanted.length}`, seen, ok: missing.length === 0, detail })
  }

  private expect(what: string, wanted: string, seen: string, ok: boolean) {
    this.figures.push({ what, wanted, seen, ok, detail: [] })
  }
}

const told = (hits: ReadonlyArray<Hit>) =>
  hits.slice(0, hitsShown).map(({ token, form }) => `${token} as ${form}`)

const isAbout = ({ type, data }: StoredEvent, { tokens }: Person) =>
  type === "ConversationStarted" && data.contact === tokens.phone

/** Ciphertexts, snapshots, jobs, messages and timers of these streams, counted without any function of ours. */
const copiesIn = async (database: ProofDatabase, streams: ReadonlyArray<string>): Promise<number> => {
  const tables = [
    "event where sealed is not null and",
    "snapshot where",
    "job where",
    "message where",
    "timer where"
  ]
  const counts = tables.map((table) => `(select count(*)::int from es.${table} stream = any($1::text[]))`)
  const [row] = await database.admin(`select ${counts.join(" + ")}`, [streams])
  return Number(row![0])
}

/** The streams of a person: their conversations, their lead and their contact. */
const streamsOf = (events: ReadonlyArray<StoredEvent>, person: Person): ReadonlySet<string> => {
  const begun = events.filter((event) => isAbout(event, person))
  return new Set(
    begun.flatMap(({ stream, data }) => [stream, `lead/${data.leadId}`, `contact/${data.leadId}`])
  )
}
