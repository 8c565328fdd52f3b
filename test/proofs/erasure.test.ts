import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, test } from "vitest"
import { describePostgres } from "../databases.ts"
import { exchanged, sourceOf } from "../rig/app/exchange.ts"
import { randomFrom } from "../rig/world/random.ts"
import { modelExchanges, plants } from "./erasure/app/plants.ts"
import { proveErasure } from "./erasure/proof.ts"
import { tokenSearch } from "./erasure/token-search.ts"
import { tokenList, tokensOf } from "./erasure/tokens.ts"

const seed = 20_260_105

describe("the search of the erasure proof", () => {
  const random = randomFrom(seed)
  const [ana, bia] = [tokensOf(random), tokensOf(random)]
  const search = tokenSearch(tokenList(ana))
  const names = (bytes: Uint8Array) => [...new Set(search.hitsIn("here", bytes).map(({ token }) => token))]

  it("has thirty words of each person, and no two the same", () => {
    const all = [...Object.values(ana), ...Object.values(bia)]
    expect([all.length, new Set(all).size]).toEqual([60, 60])
  })

  it.each([
    ["as it is", (text: string) => Buffer.from(`x${text}y`)],
    ["in JSON", (text: string) => Buffer.from(JSON.stringify({ a: text }))],
    ["in JSON in JSON", (text: string) => Buffer.from(JSON.stringify(JSON.stringify({ a: text })))],
    [
      "in JSON without anything but ASCII",
      (text: string) =>
        Buffer.from(
          JSON.stringify(text).replace(
            /[\u007f-\uffff]/g,
            (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`
          )
        )
    ],
    ["in a URL", (text: string) => Buffer.from(`?q=${encodeURIComponent(text)}`)],
    ["in a form", (text: string) => Buffer.from(new URLSearchParams({ text }).toString())],
    ["as hex", (text: string) => Buffer.from(`\\x${Buffer.from(`ab${text}`).toString("hex")}`)],
    ["as HEX", (text: string) => Buffer.from(Buffer.from(text).toString("hex").toUpperCase())],
    ["at the start of base64", (text: string) => Buffer.from(btoa(`${binary(text)}..`))],
    ["a byte into base64", (text: string) => Buffer.from(btoa(`.${binary(text)}..`))],
    ["two bytes into base64url", (text: string) => Buffer.from(`..${text}.`).toString("base64url")],
    ["in capitals", (text: string) => Buffer.from(text.toUpperCase())],
    ["with its accents apart", (text: string) => Buffer.from(text.normalize("NFD"))],
    ["in UTF-16", (text: string) => Buffer.from(text, "utf16le")]
  ])("finds every word %s, and no word of another person", (_, write) => {
    const bytesOf = (text: string) => Buffer.from(write(text))
    for (const { name, text } of tokenList(ana)) expect(names(bytesOf(text))).toContain(name)
    for (const { text } of tokenList(bia)) expect(names(bytesOf(text))).toEqual([])
  })

  it("finds a phone number without its signs", () => {
    expect(names(Buffer.from(ana.otherPhone.replace(/\D/g, "")))).toEqual(["otherPhone"])
  })
})

const binary = (text: string) => Buffer.from(text).toString("latin1")

describe("the planted faults of the erasure proof", () => {
  const exchanges = [...modelExchanges, ...plants.flatMap((plant) => plant.exchanges ?? [])]
  it.each(exchanges.map((each) => [`${each.file}: ${each.find}`, each] as const))(
    "fit the code that they change: %s",
    (_, exchange) => {
      expect(exchanged(sourceOf(exchange.file), exchange)).not.toBe(sourceOf(exchange.file))
    }
  )
})

test("the page for users names every fault that can be planted", () => {
  const page = sourceOf("docs/how-to/erase-a-person.md")
  for (const { name, about } of plants) expect(page).toContain(`| \`${name}\` | ${about} |`)
})

describePostgres("erasing a person on a real Postgres, with real processes", () => {
  it("leaves none of their words anywhere, nor in a backup that is restored, and all of another's", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "centurion-proof-"))
    const serverUrl = process.env.TEST_DATABASE_URL!
    try {
      const figures = await proveErasure({ serverUrl, seed, scratch, plants: [], progress: () => {} })
      expect(figures.filter(({ ok }) => !ok)).toEqual([])
      expect(figures.length).toBeGreaterThan(100)
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  })
})
