import { describe, expect, it } from "vitest"
import { wrongMigration } from "../../../eventstore/database/migration-history.ts"

const names = ["0001_a.sql", "0002_b.sql", "0003_c.sql"]
const ours = names.map((name) => ({ name, text: "", sha256: `hash of ${name}` }))
const ran = (name: string, release: string | null = "0.1.0") => ({ name, sha256: `hash of ${name}`, release })
const messageOf = (applied: Parameters<typeof wrongMigration>[0]) => wrongMigration(applied, ours)?.message

describe("a database's history of migrations", () => {
  it("is right when it is the beginning of ours, in whatever order it is read", () => {
    for (let count = 0; count <= ours.length; count += 1) {
      const applied = names.slice(0, count).map((name) => ran(name))
      expect(wrongMigration(applied, ours)).toBeUndefined()
      expect(wrongMigration(applied.toReversed(), ours)).toBeUndefined()
    }
  })

  it("is refused when one that ran was edited", () => {
    expect(messageOf([ran("0001_a.sql"), { ...ran("0002_b.sql"), sha256: "another" }])).toBe(
      "migration 0002_b.sql ran here by centurion 0.1.0 with other text (sha256 another, ours hash of 0002); a migration that ran is never edited: put the file back as it was, and write a new migration for the change"
    )
  })

  it("is refused when one that ran was removed or renamed", () => {
    expect(messageOf([ran("0001_a.sql"), ran("0001_z.sql"), ran("0002_b.sql")])).toBe(
      "migration 0001_z.sql ran here by centurion 0.1.0, and the code has it no more; a migration that ran is never renamed or removed: put the file back, and write a new migration for the change"
    )
  })

  it("is refused when one did not run that comes before one that did", () => {
    expect(messageOf([ran("0001_a.sql"), ran("0003_c.sql")])).toBe(
      "migration 0002_b.sql did not run here, and 0003_c.sql, which comes after it, did; a new migration comes after all others: give it the next number"
    )
  })

  it("is refused when a later release made it", () => {
    expect(messageOf([...names.map((name) => ran(name)), ran("0004_d.sql", "0.2.0")])).toBe(
      "this database is newer than the code: migration 0004_d.sql ran here by centurion 0.2.0, and the code does not know it; start centurion 0.2.0 or a later release"
    )
  })

  it("is refused when it began before the first release", () => {
    expect(messageOf([ran("0001_schema.sql", null)])).toBe(
      "this database was made before the first release, and no migration leads from it to this one; begin with an empty one: name it in DATABASE_URL, or without DATABASE_URL move the directory CENTURION_DIR (default ./.centurion) away"
    )
  })
})
