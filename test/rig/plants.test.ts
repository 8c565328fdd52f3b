import { expect, test } from "vitest"
import { type Exchange, exchanged, rigExchanges, sourceOf } from "./app/exchange.ts"
import { plants } from "./app/plants.ts"
import { scenarios } from "./scenarios/index.ts"

const made = (exchanges: ReadonlyArray<Exchange>): ReadonlyArray<string> =>
  exchanges
    .filter((each) => exchanged(sourceOf(each.file), each) !== sourceOf(each.file))
    .map(({ file }) => file)

test("every piece that the rig exchanges stands once in the code", () => {
  expect(made(rigExchanges)).toEqual(rigExchanges.map(({ file }) => file))
})

test.each(plants.map((plant) => [plant.name, plant] as const))("%s can be planted", (_, plant) => {
  const { exchanges = [], sql } = plant
  expect(made(exchanges)).toEqual(exchanges.map(({ file }) => file))
  expect(exchanges.length > 0 || sql !== undefined).toBe(true)
})

test("a piece that is not there, or there twice, is refused", () => {
  const exchange = { file: "a.ts", find: "one", put: "two" }
  expect(exchanged("one", exchange)).toBe("two")
  expect(() => exchanged("none of it", { ...exchange, find: "three" })).toThrow(/there 0 times, not once/)
  expect(() => exchanged("one and one", exchange)).toThrow(/there 2 times, not once/)
})

test("the page for users names every fault and who finds it", () => {
  const page = sourceOf("docs/how-to/chaos.md")
  for (const { name, about, foundBy } of plants)
    expect(page).toContain(`| \`${name}\` | ${about} | ${foundBy.join(", ")} |`)
})

test("every proof has a fault that it must find", () => {
  const found = new Set(plants.flatMap(({ foundBy }) => foundBy))
  expect([...found].sort()).toEqual(scenarios.map(({ promise }) => promise).sort())
})
