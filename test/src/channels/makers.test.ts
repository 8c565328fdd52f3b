import { readdirSync } from "node:fs"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { channelMakers } from "../../../src/channels/index.ts"
import { run } from "./contract.ts"

describe("the list of channels", () => {
  it("has every channel of the room", () => {
    const room = new URL("../../../src/channels/", import.meta.url)
    const names = channelMakers.map(({ name }) => name)
    const sources = readdirSync(room, { withFileTypes: true }).filter((entry) => entry.isFile())
    expect(sources.map(({ name }) => name)).toEqual(expect.arrayContaining(names.map((name) => `${name}.ts`)))
    expect(names).toEqual(["evolution", "telegram", "web-chat"])
  })

  it.each([
    [
      "evolution",
      { name: "evolution", baseUrl: "ftp://x", apiKey: "SECRET" },
      "baseUrl has a value out of bounds"
    ],
    ["telegram", { name: "telegram", token: { secret: "SECRET" } }, "token has a wrong shape"],
    ["web-chat", { name: "web-chat", instance: "site" }, "sessionSecret is missing"]
  ])("%s names a wrong setting and not its value", async (name, config, message) => {
    const maker = channelMakers.find((one) => one.name === name)
    const wrong = await run(Effect.flip(maker?.make(config) ?? Effect.die("no such maker")))
    expect([wrong.channel, wrong.message]).toEqual([name, message])
    expect(JSON.stringify(wrong) + String(wrong)).not.toContain("SECRET")
  })
})
