import { existsSync, readdirSync, renameSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { directoryName, lastAnchored } from "../../eventstore/proof/anchor-directory.ts"
import { SealStore } from "../../eventstore/proof/seal-store.ts"
import type { SealValues } from "./seal-settings.ts"

/** Where this installation's seals are anchored, and where others may be. */
export interface AnchorPlace {
  readonly directory: string
  /** Where it is from the next start of a server on: by the installation's id. */
  readonly own: string
  /** Places that have seals and are not looked into: directories beside it, and what the database names. */
  readonly others: ReadonlyArray<string>
}

/** The place that `CENTURION_ANCHOR_DIR` names, else the installation's own in `<CENTURION_DIR>/anchors`, or its former one. */
export const findAnchors = Effect.fnUntraced(function* (settings: SealValues) {
  const { dir, anchorDir } = settings
  const store = yield* SealStore
  const named = (yield* store.anchors).map(({ anchor }) => anchor)
  const elsewhere = (directory: string, beside: ReadonlyArray<string>) =>
    [
      ...new Set([...beside.map(directoryName), ...named.filter((name) => name.startsWith("directory "))])
    ].filter((name) => name !== directoryName(directory))
  if (anchorDir !== undefined)
    return { directory: anchorDir, own: anchorDir, others: elsewhere(anchorDir, []) } satisfies AnchorPlace
  const own = join(dir, "anchors", yield* store.installation)
  const beside = directoriesIn(join(dir, "anchors"))
  const former = beside.filter((each) => each === formerDir(settings) || named.includes(directoryName(each)))
  const directory = existsSync(own) ? own : ((yield* furthest(former)) ?? own)
  return { directory, own, others: elsewhere(directory, beside) } satisfies AnchorPlace
})

/** For a file of an export, without any database: the only directory there is, or that of the database's URL. */
export const anchorsBesideFile = (settings: SealValues): string => {
  const beside = directoriesIn(join(settings.dir, "anchors"))
  return settings.anchorDir ?? (beside.length === 1 ? beside[0]! : formerDir(settings))
}

/** As `findAnchors`; a directory of before is renamed to the installation's own, and stays where that can't be. */
export const takeAnchors = Effect.fnUntraced(function* (settings: SealValues) {
  const { directory, own } = yield* findAnchors(settings)
  if (directory === own) return own
  const moved = yield* Effect.result(Effect.try({ try: () => renameSync(directory, own), catch: String }))
  if (moved._tag === "Success") return own
  yield* Effect.logWarning(`anchors stay in ${directory}, which can't be renamed to ${own}: ${moved.failure}`)
  return directory
})

/** Until releases knew an installation by its id: `localhost-5432-centurion`, of the database's URL. */
const formerDir = ({ dir, databaseUrl }: SealValues): string =>
  join(dir, "anchors", databaseUrl === undefined ? "embedded" : placeOf(Redacted.value(databaseUrl)))

const placeOf = (url: string): string => {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`.replace(/[^\w.]+/g, "-")
}

const directoriesIn = (directory: string): ReadonlyArray<string> =>
  existsSync(directory)
    ? readdirSync(directory, { withFileTypes: true })
        .filter((each) => each.isDirectory())
        .map(({ name }) => join(directory, name))
    : []

const furthest = Effect.fnUntraced(function* (directories: ReadonlyArray<string>) {
  const reached = yield* Effect.forEach(directories, (each) =>
    Effect.map(
      Effect.promise(() => lastAnchored(each)),
      (seal) => ({ each, seal })
    )
  )
  return reached.toSorted((a, b) => b.seal - a.seal)[0]?.each
})
