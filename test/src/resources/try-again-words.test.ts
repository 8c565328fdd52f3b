import { expect, test } from "vitest"
import { TryAgain } from "../../../actors/engine/engine.ts"
import { tryAgainWords } from "../../../src/resources/try-again-words.ts"

test("there are words for every reason to try again, and they name nothing", () => {
  const { literals } = TryAgain.fields.reason
  expect(Object.keys(tryAgainWords).toSorted()).toEqual([...literals].toSorted())
  for (const words of Object.values(tryAgainWords)) expect(words).not.toMatch(/\d|postgres|host|port|:\/\//i)
})
