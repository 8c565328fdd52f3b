import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases } from "../../databases.ts"
import { type OpenStore, openStore } from "../open-store.ts"
import { buildSealedHistory, newFolder } from "../sealed-history.ts"
import { allChanges as all } from "./all-changes.ts"
import { Chance } from "./chance.ts"
import { type Attempt, tamper } from "./tamper-world.ts"

const seed = 2026

describe.each(databases)("history on $name", (kind) => {
  const anchors = newFolder()
  let store: OpenStore
  beforeAll(async () => {
    store = await openStore(kind)
    await buildSealedHistory(store, anchors.folder)
  })
  afterAll(async () => {
    anchors.remove()
    await store?.close()
  })

  const unseen = async (changes: number, planted = all) => {
    const attempts: Array<Attempt> = []
    await tamper(store.database.connection, anchors.folder, planted, new Chance(seed), changes, (each) =>
      attempts.push(each)
    )
    expect(attempts.length).toBe(changes)
    return attempts.filter(({ found }) => !found)
  }

  it("can't be changed unseen in any of the ways that are known, twice each", async () => {
    expect(await unseen(2 * all.length)).toEqual([])
  })

  it("is found untouched when nothing was changed, so that a change that changes nothing is told", async () => {
    const [attempt] = await unseen(1, [
      {
        name: "nothing",
        make: ({ sql }) => Effect.as(sql("select 1"), { what: "nothing", seal: 1 })
      }
    ])
    expect([attempt?.found, attempt?.damages]).toEqual([false, []])
  })
})
