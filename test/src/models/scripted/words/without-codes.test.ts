import { expect, test } from "vitest"
import { withoutCodes } from "../../../../../src/models/scripted/words/without-codes.ts"

test.each([
  "(11) 98888-7777",
  "+55 11 98888-7777",
  "11 98888-7777",
  "cpf 123.456.789-09",
  "12.345.678/0001-90",
  "pedido 12345678",
  "https://x.com/12/34",
  "ana12@x.com",
  "15:30",
  "3 pm",
  "24/7",
  "24x7"
])("%s counts nothing", (text) => {
  expect(withoutCodes(text)).not.toMatch(/\d/)
})

test("leaves sums, dates and ranges where they are", () => {
  const texts = ["r$ 1.250.000,00", "500-1000", "10/12", "dia 24/7", "1 500 reais", "12 pessoas"]
  expect(texts.map(withoutCodes)).toEqual(texts)
  expect(withoutCodes("as 15:30 somos 12").indexOf("12")).toBe("as 15:30 somos 12".indexOf("12"))
})
