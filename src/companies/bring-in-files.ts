import * as Effect from "effect/Effect"
import type { TryAgain } from "../../actors/engine/engine.ts"
import type { CompanyContext } from "../../machines/company/machine.ts"
import type { CompanyFile } from "../../machines/company/settings.ts"
import {
  type CompanyActors,
  type CompanyPorts,
  CompanyRefused,
  checkClaims,
  ensureReadModels,
  notNow
} from "./company-actors.ts"
import { demoBesideOthers, fileChanges, fileHashes } from "./company-files.ts"
import { demoCompany } from "./demo.ts"

const principal = "engine:file"
const by = "file"

/**
 * Takes in what the files say that they did not say before: a new company, or the sections that changed. What was
 * changed elsewhere stays until its section of the file changes; a deleted company is not made again.
 */
export const bringInFiles = Effect.fn("bringInFiles")(function* (actors: CompanyActors, ports: CompanyPorts) {
  const { files, isDemo } = ports.files
  // First: what it gives up may be theirs.
  if (!isDemo && files.every(({ id }) => id !== demoCompany.id))
    yield* actors.alone(tellRefusal(demoCompany.id, endDemo(actors, ports)))
  for (const file of files) yield* actors.alone(tellRefusal(file.id, bringIn(actors, ports, file)))
})

/** A file that can't be taken in is told of, and keeps nobody from starting. */
const tellRefusal = (company: string, work: Effect.Effect<void, CompanyRefused | TryAgain>) =>
  Effect.catchTag(work, "CompanyRefused", ({ message }) =>
    Effect.logError(`the file of the company "${company}" is not taken in: ${message}`)
  )

const bringIn = Effect.fnUntraced(function* (actors: CompanyActors, ports: CompanyPorts, file: CompanyFile) {
  const all = yield* actors.all
  const stored = all.find(({ id }) => id === file.id)
  const hashes = fileHashes(file)
  if (stored === undefined) {
    yield* checkClaims(all, file.id, file.instances)
    yield* Effect.mapError(ports.store.createCompany(file.id, ports.partitions), notNow)
    const settings = file
    const reason = "the company file is new"
    yield* actors.tell(file.id, { type: "CompanyCreateAsked", settings, file: hashes, by, reason }, principal)
    yield* ensureReadModels(ports, file.id)
    return yield* Effect.logInfo(`the company "${file.id}" is there: its file is new`)
  }
  const { status } = stored
  if (status === "deleting" || status === "deleted")
    return yield* new CompanyRefused({
      reason: "notNow",
      message: "it was deleted; a company that comes back needs another id"
    })
  yield* changeByFile(actors, file, (yield* lastFile(ports, file.id)) ?? {})
})

const changeByFile = Effect.fnUntraced(function* (
  actors: CompanyActors,
  file: CompanyFile,
  before: Readonly<Record<string, string>>
) {
  const changes = fileChanges(file, before)
  if (changes === undefined) return
  if (changes.instances !== undefined) yield* checkClaims(yield* actors.all, file.id, file.instances)
  const event = {
    type: "CompanySettingsChangeAsked",
    changes: changes,
    file: fileHashes(file),
    by,
    reason: "the company file changed"
  }
  yield* actors.tell(file.id, event, principal)
  yield* Effect.logInfo(`the company "${file.id}" is changed by its file: ${Object.keys(changes).join(", ")}`)
})

/** What the company's file said when it was read last; undefined when it has none. */
const lastFile = Effect.fnUntraced(function* ({ engine }: CompanyPorts, id: string) {
  const view = yield* Effect.mapError(engine.view({ company: id, machine: "company", id }), (error) =>
    error._tag === "TryAgain" ? error : new CompanyRefused({ reason: "notNow", message: error.message })
  )
  return (view?.context as CompanyContext | undefined)?.file ?? undefined
})

/** The demo company was made for a server without companies: with some, its accounts go to them. */
const endDemo = Effect.fnUntraced(function* (actors: CompanyActors, ports: CompanyPorts) {
  const stored = (yield* actors.all).find(({ id }) => id === demoCompany.id)
  if (stored === undefined || stored.status === "deleting" || stored.status === "deleted") return
  const before = yield* lastFile(ports, demoCompany.id)
  // Made by somebody under this name, it is a company like any other.
  if (before !== undefined) yield* changeByFile(actors, demoBesideOthers, before)
})
