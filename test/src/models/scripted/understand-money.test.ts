import { expect, test } from "vitest"
import { foldText } from "../../../../src/models/scripted/fold-text.ts"
import { understandMoney } from "../../../../src/models/scripted/understand-money.ts"
import { said } from "./said.ts"

test("understands three hundred sums as people write them, and asks again where one is doubtful", () => {
  const list = said("sums")
  expect(list.length).toBeGreaterThan(300)
  expect(list.map(([text]) => [text, understandMoney(foldText(text))])).toEqual(
    list.map(([text, means]) => [text, means === undefined ? undefined : Number(means)])
  )
})
