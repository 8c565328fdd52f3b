import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { chosenModel } from "../../../src/models/chosen-model.ts"
import { modelKinds } from "../../../src/models/index.ts"
import { costUsd } from "../../../src/models/model-kind.ts"

describe("the list of models", () => {
  it("has every folder of the room, and calls each kind as its folder", () => {
    const room = new URL("../../../src/models/", import.meta.url)
    const folders = readdirSync(room, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(modelKinds.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort())
  })

  it("lets the scripted one write where nothing is set", () => {
    expect(chosenModel({}).name).toBe("scripted")
  })

  it("counts what a call costs by the price of a million tokens", () => {
    expect(costUsd({ inUsd: 3, outUsd: 15 }, 2_000, 100)).toBe(0.0075)
  })
})
