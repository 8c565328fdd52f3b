import { expect, test } from "vitest"
import { plants } from "./app/plants.ts"
import { helpText, readArguments } from "./chaos-arguments.ts"
import { progressText } from "./progress-bar.ts"
import { isOk, type Result, resultTable } from "./result-table.ts"
import { none, type Scenario } from "./scenario.ts"
import { scenarios } from "./scenarios/index.ts"

const scenario = (promise: string): Scenario => ({
  promise,
  about: `about ${promise}`,
  seconds: { full: 60, short: 6 },
  run: () => Promise.reject(new Error("not played here"))
})
const both = [scenario("P1"), scenario("P2")]

test("without arguments all proofs run in full", () => {
  const asked = readArguments(["--seed", "7"], both)
  expect(asked).toEqual({ chosen: both, size: "full", seed: 7, plants: [], json: false, keep: false })
})

test("proofs and faults are chosen by name", () => {
  const asked = readArguments(["--only", "p2", "--size", "short", "--seed", "7", "--plant", "no-fence"], both)
  const planted = plants.filter(({ name }) => name === "no-fence")
  expect(asked).toEqual({
    chosen: [both[1]],
    size: "short",
    seed: 7,
    plants: planted,
    json: false,
    keep: false
  })
})

test.each([
  [["--only", "P3"], `no proof is called "P3"; there are P1, P2`],
  [["--size", "long"], `--size is full or short, not "long"`],
  [["--seed", "x"], `--seed is a whole number from 0 on, not "x"`]
])("%s is refused", (args, message) => {
  expect(() => readArguments(args, both)).toThrow(message)
})

test("a fault that nobody knows is refused with those that there are", () => {
  expect(() => readArguments(["--plant", "x"], both)).toThrow(
    /no fault is called "x"; there are answer-before-commit/
  )
})

test("the help names every proof and every fault", () => {
  const help = helpText(scenarios)
  for (const { promise, about } of scenarios) expect(help).toContain(`${promise}   ${about}`)
  for (const { name } of plants) expect(help).toContain(`  ${name} `)
})

const played: Result = {
  promise: "P1",
  about: "nothing is lost",
  seconds: 12.3,
  played: { did: "3 kills", figures: [none("lost", 0), none("twice", 4)] },
  broke: undefined
}

test("the table says what was done, wanted and seen", () => {
  const broke = { ...played, promise: "P2", played: undefined, broke: "no server was ready" }
  expect(resultTable([played, broke])).toEqual([
    "    figure  wanted  seen",
    "P1  nothing is lost",
    "    3 kills (12 s)",
    "    lost    0       0     ok",
    "    twice   0       4     WRONG",
    "P2  nothing is lost",
    "    broke off (12 s)",
    "      no server was ready  WRONG"
  ])
  expect([isOk(played), isOk(broke)]).toEqual([false, false])
})

test("the bar says how far it is and how long it will take", () => {
  expect(progressText("P3", 0.25, "125 of 500 kills", 65)).toBe(
    "P3 [######··················]  25%  125 of 500 kills, 1:05, about 3:15 left"
  )
})
