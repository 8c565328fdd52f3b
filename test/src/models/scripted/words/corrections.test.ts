import { expect, test } from "vitest"
import { corrects, readCorrected } from "../../../../../src/models/scripted/words/corrections.ts"

const firstDigits = (text: string) => /\d+/.exec(text)?.[0]

test.each([
  ["2 mil, quer dizer, 3 mil", "3"],
  ["12, i mean 15", "15"],
  ["na verdade 900 por mes, me confundi", "900"],
  ["nao sao 10, sao 12", "12"],
  ["5 nao, 3", "3"],
  ["nao mais que 4", "4"],
  ["4, mas nao mais que 6", "4"],
  ["nao, 7", "7"],
  ["8", "8"],
  ["quer dizer", undefined]
])("reads %j as it was meant in the end", (text, meant) => {
  expect(readCorrected(text, firstDigits)).toBe(meant)
})

test("knows a correction", () => {
  const said = ["na verdade sao 12", "i meant 12", "quise decir 12", "sao 12"]
  expect(said.map(corrects)).toEqual([true, true, true, false])
})
