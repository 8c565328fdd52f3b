import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { type FileCost, judgeCosts, slownessOf } from "./judge-costs.ts"

const cost = (file: string, cpuSeconds: number, wallSeconds = cpuSeconds): FileCost => ({
  ...{ file, cpuSeconds, wallSeconds }
})
const rest = cost("rest.test.ts", 15)
const others = Array.from({ length: 20 }, (_, n) => ({ ...rest, file: `${n}.test.ts` }))
const without = { suiteCpuSeconds: 300, reasons: {} }

test("a file that takes more than 20 s of a processor needs a reason", () => {
  const costs = [...others, cost("dear.test.ts", 26)]
  const dear = { ...without, suiteCpuSeconds: 326 }
  expect(judgeCosts(costs, dear)).toEqual(["dear.test.ts costs 26 s, 20 is the most without a reason"])
  expect(judgeCosts(costs, { ...dear, reasons: { "dear.test.ts": "kills a database" } })).toEqual([])
})

test("a file that waits for more than a minute needs one too", () => {
  expect(judgeCosts([...others, cost("slow.test.ts", 1, 78)], without)).toEqual([
    "slow.test.ts costs 26 s, 20 is the most without a reason"
  ])
})

test("a machine on which everything takes four times as long finds the same", () => {
  const slow = [...others, cost("dear.test.ts", 26)].map((each) => cost(each.file, 4 * each.cpuSeconds))
  expect(slownessOf(slow, { ...without, suiteCpuSeconds: 326 })).toBe(4)
  expect(judgeCosts(slow, { ...without, suiteCpuSeconds: 326 })).toEqual([
    "dear.test.ts costs 104 s, 80 is the most without a reason"
  ])
})

test("a reason that no file needs is found", () => {
  const reasons = {
    "0.test.ts": "is near the limit",
    "cheap.test.ts": "was dear",
    "gone.test.ts": "was there"
  }
  expect(judgeCosts([...others, cost("cheap.test.ts", 2)], { ...without, reasons })).toEqual([
    "cheap.test.ts is cheap by now: take it off the list",
    "gone.test.ts is on the list and not there"
  ])
})

const reasonsMax = 8

test("no more files are dear than there were", () => {
  const { reasons } = JSON.parse(readFileSync(join(import.meta.dirname, "dear-files.json"), "utf8"))
  expect(Object.keys(reasons).length).toBeLessThanOrEqual(reasonsMax)
})
