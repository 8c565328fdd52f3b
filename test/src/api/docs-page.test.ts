import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases } from "../../databases.ts"
import { type Browser, chromiumPath, startBrowser } from "../http/browser.ts"
import { type OpenApiServer, openApiServer } from "./open-api.ts"

describe.skipIf(chromiumPath === undefined)("the page to try the API, in a real browser", () => {
  let server: OpenApiServer
  let browser: Browser
  beforeAll(async () => {
    server = await openApiServer(databases[0]!)
    browser = await startBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  it("shows every group, asks this server, and complains of nothing", async () => {
    const tab = await browser.tab()
    await tab.open(`${server.url}/docs`)
    await tab.until('document.body.innerText.includes("Authentication")')
    await tab.until('document.body.innerText.includes("Keys and audit")')
    expect(await tab.evaluate('fetch("/api/v1/deals").then((answer) => answer.status)')).toBe(401)
    const asked = 'performance.getEntriesByType("resource").map(({ name }) => name)'
    const elsewhere = (await tab.evaluate<ReadonlyArray<string>>(asked)).filter(
      (url) => !url.startsWith(server.url) && !url.startsWith("data:") && !url.startsWith("blob:")
    )
    expect(elsewhere).toEqual([])
    expect(tab.complaints.filter((each) => !each.includes("401"))).toEqual([])
  })
})
