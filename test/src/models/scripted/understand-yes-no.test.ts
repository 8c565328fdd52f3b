import { expect, test } from "vitest"
import { foldText } from "../../../../src/models/scripted/fold-text.ts"
import { understandYesNo } from "../../../../src/models/scripted/understand-yes-no.ts"
import { said } from "./said.ts"

const meanings = { yes: true, no: false } as const

test("understands three hundred ways to say yes, no, or neither", () => {
  const list = said("yes-no")
  expect(list.length).toBeGreaterThan(300)
  expect(list.map(([text]) => [text, understandYesNo(foldText(text))])).toEqual(
    list.map(([text, means]) => [text, means === undefined ? undefined : meanings[means as "yes" | "no"]])
  )
})
