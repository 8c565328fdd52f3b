import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Browser, chromiumPath, startBrowser, type Tab } from "../browser.ts"
import { freePort, newDirectory, type OpenServer, openServer, quickCompany } from "../open-server.ts"

const required = process.env.CI !== undefined

describe.skipIf(chromiumPath === undefined && !required)("in a real browser", () => {
  let server: OpenServer
  let browser: Browser
  beforeAll(async () => {
    server = await openServer()
    browser = await startBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  const online = "document.querySelector('.online') !== null"
  const texts = (tab: Tab, from: string) =>
    tab.evaluate<Array<string>>(
      `[...document.querySelectorAll('.bubble.${from}:not(.typing)')].map((row) => row.childNodes[1].textContent)`
    )
  const say = async (tab: Tab, text: string) => {
    await tab.type(text)
    await tab.press("Enter")
  }
  // Without a company in the address it is the first one that has a page.
  const newTab = async (url = server.url) => {
    const tab = await browser.tab()
    await tab.look({ width: 390, height: 780 })
    await tab.open(url)
    // One tab after another is a visitor of its own.
    await tab.evaluate("localStorage.clear()")
    await tab.open(url)
    await tab.until(online)
    return tab
  }

  test("somebody writes with the keyboard alone, is answered, and sees that it was read", async () => {
    const tab = await newTab()
    expect(await tab.evaluate("document.querySelector('.empty strong').textContent")).toContain("Lia")
    expect(await tab.evaluate("document.activeElement.id")).toBe("text")
    await say(tab, "Oi, quanto custa?")
    await tab.until("document.querySelectorAll('.bubble.agent:not(.typing)').length > 0")
    await tab.until("document.querySelector('.bubble.lead.read') !== null")
    expect(await texts(tab, "lead")).toEqual(["Oi, quanto custa?"])
    expect(await tab.evaluate("document.getElementById('text').value")).toBe("")
    expect(await tab.evaluate("document.querySelector('.empty')")).toBeNull()
    expect(tab.complaints).toEqual([])
  })

  test("what is written is shown as text, never as a page", async () => {
    const tab = await newTab()
    const text = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    await say(tab, text)
    await tab.until("document.querySelector('.bubble.lead') !== null")
    expect(await texts(tab, "lead")).toEqual([text])
    expect(await tab.evaluate("document.querySelector('#lines img')")).toBeNull()
    expect(await tab.evaluate("document.title")).toBe("Quick")
  })

  test("the page's own words come in three languages, and the choice is kept", async () => {
    const tab = await newTab()
    const choose = (language: string) =>
      tab.evaluate(
        `(() => { const box = document.getElementById('language'); box.value = '${language}'; box.dispatchEvent(new Event('change')) })()`
      )
    const written = () => tab.evaluate("document.getElementById('text').placeholder")
    const said: Array<unknown> = []
    for (const language of ["pt", "en", "es"]) {
      await choose(language)
      said.push(await written())
    }
    expect(said).toEqual(["Escreva sua mensagem", "Write your message", "Escribe tu mensaje"])
    await tab.open(`${server.url}/?company=quick`)
    await tab.until(online)
    expect([await written(), await tab.evaluate("document.documentElement.lang")]).toEqual([
      "Escribe tu mensaje",
      "es"
    ])
  })

  test.each([
    ["a phone", 320, 640],
    ["a desk", 1400, 900]
  ])("nothing sticks out on %s", async (_, width, height) => {
    const tab = await newTab()
    await tab.look({ width, height, dark: true })
    await say(tab, `${"supercalifragilistic".repeat(8)} https://example.com/${"a".repeat(200)}`)
    await tab.until("document.querySelector('.bubble.lead') !== null")
    expect(await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
    expect(await tab.evaluate("document.getElementById('lines').scrollWidth <= innerWidth")).toBe(true)
  })

  test("a page keeps what was written while the server was away, and says it once when it is back", async () => {
    const port = await freePort()
    const dir = newDirectory(quickCompany)
    let own = await openServer({ port, dir })
    const tab = await newTab(own.url)
    await say(tab, "Oi")
    await tab.until("document.querySelectorAll('.bubble.agent:not(.typing)').length > 0")
    await own.close()
    await tab.until(`!(${online})`)
    await say(tab, "Vocês têm integração?")
    expect(await tab.evaluate("document.querySelectorAll('.bubble.lead .tick')[1].textContent")).toBe("◷")
    // A reload in between loses nothing either: what was not accepted is kept.
    own = await openServer({ port, dir })
    await tab.until(online)
    await tab.until("document.querySelectorAll('.bubble.lead.read').length === 2")
    expect(await texts(tab, "lead")).toEqual(["Oi", "Vocês têm integração?"])
    const agent = await texts(tab, "agent")
    expect(agent).toEqual([...new Set(agent)])
    const received = (await own.events()).filter((event) => event.type === "MessageReceived")
    expect(received.map((event) => event.data.text)).toEqual(["Oi", "Vocês têm integração?"])
    await own.close()
  })

  test("a company that is not there is said in words", async () => {
    const tab = await browser.tab()
    await tab.open(`${server.url}/?company=nobody`)
    await tab.until("!document.getElementById('notice').hidden")
    expect(await tab.evaluate("document.getElementById('text').disabled")).toBe(true)
  })
})
