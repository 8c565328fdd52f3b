import { expect, test } from "vitest"
import { circlesOf, doors, roomOf, wrongArrow } from "./floors.ts"
import { type Arrow, arrowsIn, arrowsOf } from "./source-files.ts"

const shown = ({ from, to }: Arrow): string => `${from} imports ${to}`

/** What breaks the law today; it may only shrink. */
const known: ReadonlySet<string> = new Set([])

const arrows = arrowsIn("src")

test("every file of src imports from lower floors only", () => {
  const wrong = arrows.filter((arrow) => wrongArrow(arrow) !== undefined)
  const told = wrong.filter((arrow) => !known.has(shown(arrow)))
  expect(told.map((arrow) => `${shown(arrow)}: ${wrongArrow(arrow)}`)).toEqual([])
  // What has been mended is taken off the list.
  expect([...known].filter((each) => !wrong.some((arrow) => shown(arrow) === each))).toEqual([])
})

test("the rooms of src are in no circle", () => {
  const lawful = arrows.filter((arrow) => !known.has(shown(arrow)) && !doors.has(roomOf(arrow.from)!))
  expect(circlesOf(lawful)).toEqual([])
})

test("an arrow up, one sideways, a room without a floor and a circle are found", () => {
  const path = "src/companies/companies.ts"
  const text = `import type { Api } from "../api/api.ts"
    export * from "../seals/sealing.ts"
    import("../attic/old.ts")
    import { text } from "../settings/setting.ts"`
  const planted = arrowsOf(path, text)
  expect(planted.map(wrongArrow)).toEqual([
    "companies (app) looks up to api (faces)",
    "companies looks sideways to seals (app)",
    "attic stands on no floor: say in test/house/floors.ts on which",
    undefined
  ])
  expect(circlesOf([...planted, { from: "src/seals/sealing.ts", to: path }])).toEqual([
    "companies → seals → companies"
  ])
})
