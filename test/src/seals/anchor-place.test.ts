import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { expect, it } from "vitest"
import { anchorPath, directoryName } from "../../../eventstore/proof/anchor-directory.ts"
import { SealStore } from "../../../eventstore/proof/seal-store.ts"
import { defaultSettings } from "../../../src/config.ts"
import { anchorsBesideFile, findAnchors, takeAnchors } from "../../../src/seals/anchor-place.ts"

const installation = "0a9c7e1e-5a1b-4a53-9b0e-6f2f5f9f3c11"
const newDir = () => mkdtempSync(join(tmpdir(), "centurion-anchors-"))
const settingsOf = (dir: string, host: string) => ({
  ...defaultSettings,
  dir,
  databaseUrl: Redacted.make(`postgres://app@${host}:5432/centurion`)
})
/** A directory in which the seals up to this one are anchored. */
const anchored = (dir: string, name: string, seal: number) => {
  const directory = join(dir, "anchors", name)
  const path = anchorPath(directory, seal)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, "{}\n")
  return directory
}
const withStore = <A, E>(asked: Effect.Effect<A, E, SealStore>, named: ReadonlyArray<string> = []) =>
  Effect.runPromise(
    Effect.provideService(asked, SealStore, {
      installation: Effect.succeed(installation),
      anchors: Effect.succeed(named.map((anchor) => ({ anchor, seal: 7, anchoredAt: 1 })))
    } as Partial<SealStore["Service"]> as SealStore["Service"])
  )

it("is the same, however the host of the database is spelt", async () => {
  const dir = newDir()
  const own = anchored(dir, installation, 7)
  for (const host of ["localhost", "127.0.0.1", "standby.example"])
    expect(await withStore(findAnchors(settingsOf(dir, host)))).toEqual({ directory: own, own, others: [] })
})

it("takes over the directory of before, found by the URL or by what the database says of it", async () => {
  for (const host of ["localhost", "127.0.0.1"]) {
    const dir = newDir()
    const former = anchored(dir, "localhost-5432-centurion", 7)
    const named = [directoryName(former)]
    const found = await withStore(findAnchors(settingsOf(dir, host)), named)
    expect(found.directory).toBe(former)
    const own = await withStore(takeAnchors(settingsOf(dir, host)), named)
    expect([own, existsSync(former), existsSync(anchorPath(own, 7))]).toEqual([found.own, false, true])
  }
})

it("of two directories of before, is the one that got further", async () => {
  const dir = newDir()
  const names = ["localhost-5432-centurion", "127.0.0.1-5432-centurion"]
  const [, further] = names.map((name, n) => anchored(dir, name, 7 + n))
  const named = names.map((name) => directoryName(join(dir, "anchors", name)))
  expect((await withStore(findAnchors(settingsOf(dir, "localhost")), named)).directory).toBe(further)
})

it("names what has anchors and is not looked into", async () => {
  const dir = newDir()
  const beside = anchored(dir, "other-5432-centurion", 7)
  const elsewhere = "directory /srv/centurion/anchors/x"
  const { directory, own, others } = await withStore(findAnchors(settingsOf(dir, "localhost")), [
    elsewhere,
    "https://notes.example"
  ])
  expect(directory).toBe(own)
  expect(others).toEqual([directoryName(beside), elsewhere])
})

it("is what the settings name, or for a file the only one there is", async () => {
  const dir = newDir()
  const named = { ...settingsOf(dir, "localhost"), anchorDir: "/mnt/anchors" }
  expect((await withStore(findAnchors(named))).directory).toBe("/mnt/anchors")
  expect(await withStore(takeAnchors(named))).toBe("/mnt/anchors")
  const only = anchored(dir, installation, 1)
  expect(anchorsBesideFile(settingsOf(dir, "localhost"))).toBe(only)
})
