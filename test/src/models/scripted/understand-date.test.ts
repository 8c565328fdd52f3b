import { expect, test } from "vitest"
import type { Language } from "../../../../machines/conversation/events.ts"
import { foldText } from "../../../../src/models/scripted/fold-text.ts"
import { understandDate } from "../../../../src/models/scripted/understand-date.ts"
import { said } from "./said.ts"

test("understands three hundred dates, counted from Monday, 30 November 2026", () => {
  const list = said("dates").map(([line, means]) => {
    const [language, text] = line.split(" | ") as [Language, string]
    return { language, text, means }
  })
  expect(list.length).toBeGreaterThan(300)
  expect(
    list.map(({ language, text }) => [text, understandDate(foldText(text), "2026-11-30", language)])
  ).toEqual(list.map(({ text, means }) => [text, means]))
})
