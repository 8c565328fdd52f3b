import { expect, test } from "vitest"
import { foldText } from "../../../../src/models/scripted/fold-text.ts"
import { understandCount } from "../../../../src/models/scripted/understand-count.ts"
import { demo } from "../dialogue.ts"
import { said } from "./said.ts"

const cues = demo.qualification.criteria.find((criterion) => criterion.name === "teamSize")?.cues ?? []

test("understands three hundred ways to say how many people will use it", () => {
  const list = said("counts")
  expect(list.length).toBeGreaterThan(300)
  expect(list.map(([text]) => [text, understandCount(foldText(text), cues, false)])).toEqual(
    list.map(([text, means]) => [text, means === undefined ? undefined : Number(means)])
  )
})
