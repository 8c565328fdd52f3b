import { readFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import * as Effect from "effect/Effect"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { companySections } from "../../../machines/company/settings.ts"
import type { Asking } from "../../companies/company-actors.ts"
import { CompanyAdmin } from "../../companies/company-admin.ts"
import type { Remains } from "../../companies/delete-company.ts"
import type { StoredCompany } from "../../companies/stored-company.ts"
import { readSettings } from "../../config.ts"
import { remoteCompaniesLayer } from "../../control/remote-services.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { confirm } from "../jobs/confirm.ts"
import { findStorePlace, withStore } from "../open-store.ts"
import { startOwnServer } from "../own-server.ts"
import { canAsk, counted, Io, note, print, printJson, statusLine } from "../terminal.ts"

interface Changing {
  readonly reason: string
  readonly as: string
  readonly json: boolean
}

const askingOf = ({ as, reason }: Changing): Asking => ({ by: as, reason })

/** The engine that runs in the directory, or one of our own on the same database. */
const findEngine = Effect.gen(function* () {
  const settings = yield* readSettings()
  const place = findStorePlace(settings)
  if (place?.kind === "running" && place.engine.url !== null)
    return { url: place.engine.url, token: place.engine.token }
  if (place?.kind === "postgres") {
    const owner = yield* Effect.map(
      withStore(Effect.flatMap(EventStore, (store) => store.partitions())),
      (partitions) => partitions.find(({ alive }) => alive)?.owner
    )
    // A server that has them keeps them, and ours could only stand by.
    if (owner !== undefined)
      return yield* failed(
        "ServerRuns",
        `the server ${owner} runs on this database: change companies by its API, by their files and a restart, or while it is stopped`
      )
  }
  return yield* startOwnServer(settings)
})

/** Gives the work the companies of the running engine. */
const withCompanies = <A, E>(use: (companies: CompanyAdmin["Service"]) => Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const remote = yield* findEngine
    return yield* Effect.flatMap(CompanyAdmin, use).pipe(Effect.provide(remoteCompaniesLayer(remote)))
  })

const readFileOrStdin = Effect.fnUntraced(function* (file: string) {
  const { stdin } = yield* Io
  return yield* Effect.tryPromise({
    try: () => (file === "-" ? text(stdin) : readFile(file, "utf8")),
    catch: (cause) => cause
  }).pipe(
    Effect.catch((cause) =>
      wrongUse(`${file} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`)
    )
  )
})

/** Makes a company of the settings in a file. */
export const createCompany = Effect.fnUntraced(function* (asked: Changing & { readonly file: string }) {
  const content = yield* readFileOrStdin(asked.file)
  const settings = parsed(content)
  if (settings === undefined) return yield* wrongUse(`${asked.file} holds no JSON`)
  const company = yield* withCompanies((companies) => companies.create(settings, askingOf(asked)))
  yield* asked.json ? printJson(company) : print(`${company.id} is there`)
}, Effect.scoped)

const parsed = (content: string): unknown => {
  try {
    return JSON.parse(content) as unknown
  } catch {
    return undefined
  }
}

/** Changes one section of a company's settings. */
export const setSection = Effect.fnUntraced(function* (
  asked: Changing & { readonly company: string; readonly section: string; readonly value: string }
) {
  const { company: id, section, value } = asked
  if (!(companySections as ReadonlyArray<string>).includes(section))
    return yield* wrongUse(`no section is called "${section}"; there are ${companySections.join(", ")}`)
  const given = parsed(value)
  // What is no JSON is meant as a text: names need no quotes.
  const changes = { [section]: given === undefined ? value : given }
  const done = yield* withCompanies((companies) => companies.change(id, changes, askingOf(asked)))
  if (asked.json) return yield* printJson(done)
  yield* print(done.changed.length === 0 ? `${id} has that ${section} already` : `${id} has a new ${section}`)
}, Effect.scoped)

const tell = (json: boolean, company: StoredCompany) =>
  json ? printJson(company) : print(`${company.id} is ${company.status}`)

/** Suspends a company. */
export const suspendCompany = Effect.fnUntraced(function* (asked: Changing & { readonly company: string }) {
  yield* tell(
    asked.json,
    yield* withCompanies((companies) => companies.suspend(asked.company, askingOf(asked)))
  )
}, Effect.scoped)

/** Ends a suspension. */
export const resumeCompany = Effect.fnUntraced(function* (asked: Changing & { readonly company: string }) {
  yield* tell(
    asked.json,
    yield* withCompanies((companies) => companies.resume(asked.company, askingOf(asked)))
  )
}, Effect.scoped)

const lookEveryMs = 250
const waitMaxMs = 120_000

/** Deletes a company with everybody it knew: asks first, and waits until it is done. */
export const deleteCompany = Effect.fnUntraced(function* (
  asked: Changing & { readonly company: string; readonly dryRun: boolean; readonly yes: boolean }
) {
  const { company: id, json } = asked
  if (!asked.dryRun && !asked.yes && !(yield* canAsk))
    return yield* wrongUse("companies delete asks first, and there is no terminal to ask on: add --yes")
  yield* withCompanies((companies) =>
    Effect.gen(function* () {
      const before = yield* companies.remains(id)
      if (asked.dryRun)
        return yield* json
          ? printJson({ company: id, dryRun: true, ...before })
          : print(wouldDelete(id, before))
      if (!asked.yes) {
        yield* note(wouldDelete(id, before))
        if (!(yield* confirm(`Delete ${id} for good? [y/N] `))) return yield* print("nothing was deleted")
      }
      yield* companies.delete(id, askingOf(asked))
      const company = yield* waitUntilDeleted(companies, id)
      yield* json
        ? printJson(company)
        : print(`${id} is deleted; its history stays, without ${counted(before.persons, "person")}`)
    })
  )
}, Effect.scoped)

const wouldDelete = (id: string, { persons, held }: Remains): string =>
  [
    `Deleting ${id} erases ${counted(persons, "person")} and drops its read models. Its events stay, without personal data, and its id is not given again.`,
    ...(held === 0 ? [] : [`It can't be deleted now: ${counted(held, "person")} under legal hold.`])
  ].join("\n")

const waitUntilDeleted = Effect.fnUntraced(function* (companies: CompanyAdmin["Service"], id: string) {
  const line = yield* statusLine()
  for (let waitedMs = 0; waitedMs < waitMaxMs; waitedMs += lookEveryMs) {
    const company = yield* companies.get(id)
    if (company.status === "deleted") {
      line.clear()
      return company
    }
    if (line.isSeen) {
      const { persons } = yield* companies.remains(id)
      line.tell(() => `deleting ${id}: ${counted(persons, "person")} to erase`)
    }
    yield* Effect.sleep(lookEveryMs)
  }
  return yield* failed(
    "StillDeleting",
    `${id} is being deleted and not done yet; the server goes on, also after a restart: see its log`
  )
})
