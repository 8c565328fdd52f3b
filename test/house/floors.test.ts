import { expect, test } from "vitest"
import { circlesOf, doors, roomOf, sideways, wrongArrow } from "./floors.ts"
import { type Arrow, arrowsIn, arrowsOf } from "./source-files.ts"

const shown = ({ from, to }: Arrow): string => `${from} imports ${to}`

const arrows = arrowsIn("src")

test("every file of src imports from lower floors only", () => {
  const wrong = arrows.filter((arrow) => wrongArrow(arrow) !== undefined)
  expect(wrong.map((arrow) => `${shown(arrow)}: ${wrongArrow(arrow)}`)).toEqual([])
})

test("the rooms of src are in no circle", () => {
  expect(circlesOf(arrows.filter((arrow) => !doors.has(roomOf(arrow.from)!)))).toEqual([])
})

test("an arrow that may go sideways is one that somebody uses", () => {
  const used = new Set(arrows.map(({ from, to }) => `${roomOf(from)} → ${roomOf(to)}`))
  expect([...sideways].filter((arrow) => !used.has(arrow))).toEqual([])
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
