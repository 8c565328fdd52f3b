import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Query } from "./database.ts"

/** The database was migrated by other files than ours; the message says which, what is wrong and the way out. */
export class WrongMigration extends Schema.TaggedError<WrongMigration>()("WrongMigration", {
  name: Schema.String,
  detail: Schema.String,
  wayOut: Schema.String,
  message: Schema.String
}) {}

/** One step of the schema; a database knows it by its name, which begins with its number, and by its hash. */
export interface Migration {
  readonly name: string
  readonly text: string
  readonly sha256: string
}

/** A migration that ran, and the release that ran it; null in a database of before the first release. */
export interface AppliedMigration {
  readonly name: string
  readonly sha256: string
  readonly release: string | null
}

const ownFolder = join(import.meta.dirname, "../migrations")

/** All migrations below these folders by their numbers, whatever subfolder they are in; default the event store's. */
export const migrationFiles = (folders: ReadonlyArray<string> = [ownFolder]): ReadonlyArray<Migration> =>
  folders
    .flatMap((from) =>
      readdirSync(from, { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".sql"))
        .map((path) => {
          const text = readFileSync(join(from, path), "utf8")
          return { name: basename(path), text, sha256: createHash("sha256").update(text).digest("hex") }
        })
    )
    .sort(byName)

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1)

/** What this database has yet to run of these; fails when what ran is not their beginning. */
export const pendingMigrations = Effect.fnUntraced(function* (
  query: Query,
  migrations: ReadonlyArray<Migration>
) {
  const [there] = yield* query("select to_regclass('public.centurion_migration') is not null")
  // As JSON, because before the first release the table had no such column.
  const rows =
    there?.[0] === true
      ? yield* query("select name, sha256, to_jsonb(m) ->> 'release' from public.centurion_migration m")
      : []
  const applied = rows.map(([name, sha256, release]) => ({
    name: String(name),
    sha256: String(sha256),
    release: release === null ? null : String(release)
  }))
  const wrong = wrongMigration(applied, migrations)
  if (wrong !== undefined) return yield* wrong
  return migrations.slice(applied.length)
})

/** What keeps those that ran from being the first of ours; undefined when nothing does. */
export const wrongMigration = (
  applied: ReadonlyArray<AppliedMigration>,
  ours: ReadonlyArray<Migration>
): WrongMigration | undefined => {
  const early = applied.find(({ release }) => release === null)
  if (early !== undefined) return madeBeforeRelease(early)
  for (const [place, ran] of applied.toSorted(byName).entries()) {
    const own = ours[place]
    if (own === undefined) return newer(ran)
    if (ran.name < own.name) return removed(ran)
    if (ran.name > own.name) return late(own, ran)
    if (ran.sha256 !== own.sha256) return edited(ran, own)
  }
  return undefined
}

const wrong = (name: string, detail: string, wayOut: string) =>
  new WrongMigration({ name, detail, wayOut, message: `${detail}; ${wayOut}` })

const madeBeforeRelease = ({ name }: AppliedMigration) =>
  wrong(
    name,
    "this database was made before the first release, and no migration leads from it to this one",
    "begin with an empty one: name it in DATABASE_URL, or without DATABASE_URL move the directory CENTURION_DIR (default ./.centurion) away"
  )

const newer = ({ name, release }: AppliedMigration) =>
  wrong(
    name,
    `this database is newer than the code: migration ${name} ran here by centurion ${release}, and the code does not know it`,
    `start centurion ${release} or a later release`
  )

const removed = ({ name, release }: AppliedMigration) =>
  wrong(
    name,
    `migration ${name} ran here by centurion ${release}, and the code has it no more`,
    "a migration that ran is never renamed or removed: put the file back, and write a new migration for the change"
  )

const edited = (ran: AppliedMigration, own: Migration) =>
  wrong(
    ran.name,
    `migration ${ran.name} ran here by centurion ${ran.release} with other text (sha256 ${ran.sha256.slice(0, 12)}, ours ${own.sha256.slice(0, 12)})`,
    "a migration that ran is never edited: put the file back as it was, and write a new migration for the change"
  )

const late = (own: Migration, ran: AppliedMigration) =>
  wrong(
    own.name,
    `migration ${own.name} did not run here, and ${ran.name}, which comes after it, did`,
    "a new migration comes after all others: give it the next number"
  )
