import { expect, test } from "vitest"
import {
  datesOnly,
  dayOfMonthIn,
  monthsAheadIn,
  partIn,
  stretchIn,
  weekdayIn,
  weeksAheadIn,
  yearIn
} from "../../../../../src/models/scripted/words/date-words.ts"

test("leaves out what is no day to come", () => {
  const said = [
    "de segunda a sexta",
    "toda segunda",
    "ha 10 anos",
    "two years ago",
    "contrato de 12 meses",
    "mes passado"
  ]
  expect(said.map((text) => datesOnly(text).replaceAll(/[ _]/g, ""))).toEqual(said.map(() => ""))
  expect(datesOnly("on the fifth")).toBe("on the 5th")
})

test("finds the parts of a date", () => {
  expect(["dia 10", "cinco de dezembro", "the 15th", "the 15 people", "sexta, 4"].map(dayOfMonthIn)).toEqual([
    10,
    5,
    15,
    undefined,
    4
  ])
  expect(["segunda", "segunda quinzena de maio", "na sexta", "5a feira"].map(weekdayIn)).toEqual([
    1,
    undefined,
    5,
    4
  ])
  expect(["inicio de maio", "mid march", "fim do ano", "decisao final"].map(partIn)).toEqual([
    "early",
    "middle",
    "late",
    undefined
  ])
  expect(["segunda quinzena", "terceira semana"].map(stretchIn)).toEqual([16, 15])
  expect(["ano que vem", "este ano", "em 2028", "2 mil"].map((text) => yearIn(text, 2026))).toEqual([
    2027,
    2026,
    2028,
    undefined
  ])
  expect(["mes que vem", "este mes", "maio"].map(monthsAheadIn)).toEqual([1, 0, undefined])
  expect(["semana que vem", "esta semana", "maio"].map(weeksAheadIn)).toEqual([1, 0, undefined])
})
