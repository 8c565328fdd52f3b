import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { analystViews } from "../../../projections/index.ts"
import { databases } from "../../databases.ts"
import { goldenHistories } from "../folding.ts"
import { type AnalystWorld, openAnalystWorld } from "./analyst-world.ts"

describe.each(databases)("on $name", (kind) => {
  let world: AnalystWorld
  beforeAll(async () => {
    world = await openAnalystWorld(kind)
    await world.fill(
      "acme",
      goldenHistories.filter(({ machine }) => machine !== "company").flatMap(({ events }) => events)
    )
    await world.fill("empty", [])
  })
  afterAll(() => world.close())

  test.each(analystViews)(
    "$name has the columns that it declares, in their order, and no row of another company",
    async ({ name, columns }) => {
      const [row] = await world.ask("acme", `select * from ${name}`)
      const found = await world.ask(
        "acme",
        "select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum",
        [name]
      )
      expect(found.map((column) => column.name)).toEqual(Object.keys(columns))
      if (name !== "company_clock") expect(await world.ask("empty", `select * from ${name}`)).toEqual([])
      void row
    }
  )
})
