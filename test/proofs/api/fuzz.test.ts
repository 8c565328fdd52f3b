import { describe, expect, it } from "vitest"
import { databases } from "../../databases.ts"
import { fuzzApi } from "./fuzz.ts"

describe.each(databases)("requests of a whole crowd, made from the OpenAPI document, on $name", (on) => {
  it("are answered as the document says, with nothing of the other company and no secret", async () => {
    const report = await fuzzApi({ on, requests: 600, seed: 3 })
    expect(report.findings.slice(0, 5)).toEqual([])
    expect(report.requests).toBeGreaterThan(550)
    expect(report.operations).toBeGreaterThan(100)
    // Spoilt ones and good ones alike: else it would show little.
    expect(report.byStatus["200"]).toBeGreaterThan(50)
    expect(report.byStatus["401"]).toBeGreaterThan(10)
    expect(report.byStatus["422"]).toBeGreaterThan(5)
  })
})
