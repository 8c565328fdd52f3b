import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { channelKinds } from "../../../src/channels/index.ts"
import { isSwitchedOn } from "../../../src/settings/kind.ts"
import { run } from "./contract.ts"

describe("the list of channels", () => {
  it("has every folder of the room, and calls each channel as its folder", () => {
    const room = new URL("../../../src/channels/", import.meta.url)
    const folders = readdirSync(room, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(channelKinds.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort())
  })

  it("gives each an address and settings of its own", () => {
    const shown = channelKinds.map(({ shownAs }) => shownAs)
    expect(new Set(shown).size).toBe(channelKinds.length)
    const variables = channelKinds.flatMap(({ settings }) =>
      Object.values(settings).map(({ variable }) => variable)
    )
    expect(new Set(variables).size).toBe(variables.length)
  })

  it("has only the page where nothing is set", async () => {
    const on = channelKinds.filter((kind) => isSwitchedOn(kind, {}))
    expect(on.map(({ name }) => name)).toEqual(["web-chat"])
    expect((await run(on[0]!.make({}))).name).toBe("web-chat")
  })
})
