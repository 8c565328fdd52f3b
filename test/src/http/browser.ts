import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { WebSocket } from "ws"

const paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]

/** Where a real browser is, if there is one here. */
export const chromiumPath = paths.find((path) => existsSync(path))

/** One tab of a real browser, without a window. */
export interface Tab {
  readonly open: (url: string) => Promise<void>
  /** The value of an expression on the page, awaited there. */
  readonly evaluate: <A>(expression: string) => Promise<A>
  /** Waits until the expression is true on the page. */
  readonly until: (expression: string) => Promise<void>
  readonly type: (text: string) => Promise<void>
  readonly press: (key: string) => Promise<void>
  readonly look: (as: { width: number; height: number; dark?: boolean }) => Promise<void>
  /** PNG, base64. */
  readonly screenshot: () => Promise<string>
  /** What the page wrote to its console, and what it was forbidden. */
  readonly complaints: ReadonlyArray<string>
}

export interface Browser {
  readonly tab: () => Promise<Tab>
  readonly close: () => Promise<void>
}

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--remote-debugging-port=0"
]

/** Starts the browser with an empty profile. */
export const startBrowser = async (): Promise<Browser> => {
  const profile = mkdtempSync(join(tmpdir(), "centurion-browser-"))
  const child = spawn(chromiumPath!, [...flags, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"]
  })
  const address = await new Promise<string>((resolve, reject) => {
    let said = ""
    child.stderr.on("data", (piece) => {
      said += piece
      const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once("exit", () => reject(new Error(`the browser ended: ${said}`)))
  })
  const wire = await connect(address)
  return {
    tab: async () => {
      const { targetId } = await wire.call("Target.createTarget", { url: "about:blank" })
      const { sessionId } = await wire.call("Target.attachToTarget", { targetId, flatten: true })
      return openTab(wire, sessionId)
    },
    close: async () => {
      wire.close()
      const ended = new Promise((resolve) => child.once("exit", resolve))
      child.kill("SIGKILL")
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the protocol's answers have a hundred shapes
type Answer = any
type Wire = Awaited<ReturnType<typeof connect>>

const connect = async (address: string) => {
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject))
  let next = 0
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>()
  const hearers = new Set<(event: Answer) => void>()
  socket.on("message", (data) => {
    const message = JSON.parse(String(data))
    const call = waiting.get(message.id)
    if (call === undefined) {
      for (const hear of hearers) hear(message)
      return
    }
    waiting.delete(message.id)
    if (message.error) call.reject(new Error(JSON.stringify(message.error)))
    else call.resolve(message.result)
  })
  return {
    hearers,
    close: () => socket.close(),
    call: (method: string, params: unknown = {}, sessionId?: string): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const id = ++next
        waiting.set(id, { resolve, reject })
        socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }))
      })
  }
}

const openTab = async (wire: Wire, sessionId: string): Promise<Tab> => {
  const call = (method: string, params: unknown = {}) => wire.call(method, params, sessionId)
  const complaints: Array<string> = []
  let loaded = () => {}
  wire.hearers.add((event) => {
    if (event.sessionId !== sessionId) return
    if (event.method === "Page.loadEventFired") loaded()
    if (event.method === "Log.entryAdded") complaints.push(event.params.entry.text)
    if (event.method === "Runtime.exceptionThrown")
      complaints.push(
        event.params.exceptionDetails.exception?.description ?? event.params.exceptionDetails.text
      )
  })
  for (const domain of ["Page", "Runtime", "Log"]) await call(`${domain}.enable`)
  const evaluate: Tab["evaluate"] = async (expression) => {
    const { result, exceptionDetails } = await call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true
    })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  return {
    complaints,
    evaluate,
    open: async (url) => {
      const done = new Promise<void>((resolve) => {
        loaded = resolve
      })
      await call("Page.navigate", { url })
      await done
    },
    until: (expression) =>
      evaluate(
        `new Promise((resolve) => { const look = () => (${expression}) ? resolve() : requestAnimationFrame(look); look() })`
      ),
    type: (text) => call("Input.insertText", { text }),
    press: async (key) => {
      const event = { key, code: key, windowsVirtualKeyCode: key === "Enter" ? 13 : 9 }
      await call("Input.dispatchKeyEvent", {
        type: "keyDown",
        ...event,
        ...(key === "Enter" ? { text: "\r" } : {})
      })
      await call("Input.dispatchKeyEvent", { type: "keyUp", ...event })
    },
    look: async ({ width, height, dark = false }) => {
      await call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false })
      const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]
      await call("Emulation.setEmulatedMedia", { features })
    },
    screenshot: async () => (await call("Page.captureScreenshot", { format: "png" })).data
  }
}
