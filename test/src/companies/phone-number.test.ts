import { expect, it } from "vitest"
import { callingCodeOf, phoneSpellings } from "../../../src/companies/phone-number.ts"

const same: ReadonlyArray<readonly [string, ...Array<string>]> = [
  [
    "5531988812345",
    ...[
      "+55 (31) 98881-2345",
      "553188812345",
      "+553188812345",
      "(31) 98881-2345",
      "31 8881 2345",
      "031 98881-2345"
    ],
    ...["0055 31 98881 2345", "+55 031 98881-2345", "+55 (0)31 98881.2345", "5531988812345@s.whatsapp.net"],
    ...[
      "tel:+55-31-98881-2345",
      "0 21 31 98881-2345",
      "31988812345 ramal 7",
      "5531988812345:12@s.whatsapp.net"
    ]
  ],
  ["5585987654321", "+55 85 98765-4321", "558587654321"],
  ["5511977712345", "(11) 97771-2345", "5511977712345"],
  ["551133334444", "+55 11 3333-4444", "551133334444", "(11) 3333-4444", "01133334444"],
  ["5555999998888", "(55) 99999-8888", "55 9999-8888", "+555599998888"],
  ["525512345678", "+52 55 1234 5678", "5215512345678", "+521 55 1234 5678"],
  ["541112345678", "+54 9 11 1234-5678", "5491112345678", "+54 11 15 1234-5678", "+54 (0)11 15-1234-5678"],
  ["542211234567", "+54 9 221 123-4567", "+54 221 15 123 4567"],
  ["2290197123456", "+229 97 12 34 56", "+229 01 97 12 34 56"],
  ["351912345678", "+351 912 345 678", "00351 912345678", "351912345678"],
  ["12025550123", "+1 (202) 555-0123", "12025550123"]
]

it.each(same)("%s is one number, however it is written", (canonical, ...written) => {
  expect(written.map((each) => [each, phoneSpellings(each, "55")[0]])).toEqual(
    written.map((each) => [each, canonical])
  )
})

it.each([
  ["a landline and a mobile that looks like it", "551133334444", "5511933334444"],
  ["two areas", "5511988887777", "5521988887777"],
  ["two countries", "+351912345678", "+34912345678"],
  ["numbers without an area", "98888-7777", "5511988887777"],
  ["Italy's zero", "+39 06 1234567", "+39 6 1234567"]
])("%s stay apart", (_, one, other) => {
  const ofOther = phoneSpellings(other, "55")
  expect(phoneSpellings(one, "55").filter((each) => ofOther.includes(each))).toEqual([])
})

it("needs a country for a number without one, and finds spellings that were kept before", () => {
  expect(phoneSpellings("912 345 678", "351")[0]).toBe("351912345678")
  expect(phoneSpellings("912 345 678")[0]).toBe("912345678")
  expect(phoneSpellings("+5531988812345")).toEqual(["5531988812345", "553188812345"])
  expect(phoneSpellings("(31) 98881-2345", "55")).toContain("31988812345")
  expect(phoneSpellings("+551133334444")).toEqual(["551133334444"])
  expect(phoneSpellings("103899770000123")).toEqual(["103899770000123"])
})

it("knows the country of a company by its time zone", () => {
  expect(
    ["America/Sao_Paulo", "America/Manaus", "Europe/Lisbon", "America/Argentina/Cordoba"].map(callingCodeOf)
  ).toEqual(["55", "55", "351", "54"])
  expect(callingCodeOf("Antarctica/Troll")).toBeUndefined()
})
