import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { answerFits, listWithEntry, type PageStep, readPage, shownPattern } from "./tutorial-page.ts"

// The page tells whoever follows it what they will see; here that is followed to the letter, in a copy of the product.
const root = resolve(import.meta.dirname, "../..")
const page = readPage(readFileSync(join(root, "docs/tutorial/a-machine-is-a-resource.md"), "utf8"))
const product = ["actors", "eventstore", "machines", "projections", "src", "package.json"]
const linesMax = 75
const patienceMs = 120_000

let copy: string
let server: { readonly child: ChildProcess; readonly url: string; readonly password: string } | undefined
const started: Array<ChildProcess> = []

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "tutorial-"))
  for (const name of product) cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"))
  for (const { path, text } of page.files) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    writeFileSync(join(copy, path), text)
  }
  const list = join(copy, "machines/index.ts")
  writeFileSync(list, listWithEntry(readFileSync(list, "utf8"), page.imports, page.entry))
})

afterAll(async () => {
  for (const child of started) await stopped(child)
  rmSync(copy, { recursive: true, force: true })
})

const stopped = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, "close")
  child.kill("SIGTERM")
  await closed
}

const environment = (own: Readonly<Record<string, string>> = {}) => ({
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  ...own
})

/** `npm start` with the variables before it, on a free port. */
const start = async (line: string) => {
  if (server !== undefined) await stopped(server.child)
  const own = Object.fromEntries([...line.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]))
  const child = spawn(process.execPath, ["src/cli/main.ts", "start"], {
    cwd: copy,
    env: environment({ ...own, PORT: "0" })
  })
  started.push(child)
  const said = outputOf(child)
  const url = await said.until(/listening on (http:\/\/[\d.:]+)/)
  const password = server?.password ?? (await said.until(/with the password ([a-z0-9-]+);/))
  await said.until(/(owns \d+ partitions)/)
  server = { child, url, password }
}

const outputOf = (child: ChildProcess) => {
  let text = ""
  const pieces = [child.stdout, child.stderr]
  for (const piece of pieces) {
    piece!.setEncoding("utf8").on("data", (more: string) => {
      text += more
    })
  }
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(text)
      if (found !== null) return found[1]!
      if (child.exitCode !== null) throw new Error(`it ended before it said ${pattern}: ${text}`)
      await Promise.race([once(child.stdout!, "data"), once(child.stderr!, "data"), once(child, "close")])
    }
  }
  return { text: () => text, until }
}

/** What the reader's shell knows after the blocks so far. */
const shellState = () => join(copy, "shell-state")

/** The block in a shell that goes on where the last one ended; `npx centurion` is the copy's own command. */
const shell = (block: string, keeps: boolean): ChildProcess => {
  const own = block
    .replaceAll("http://127.0.0.1:8080", server!.url)
    .replaceAll("the one that the first start printed", server!.password)
  const script = [
    "set -e -o pipefail",
    'npx() { shift; node src/cli/main.ts "$@"; }',
    `if [ -e ${shellState()} ]; then . ${shellState()}; fi`,
    own,
    ...(keeps ? [`{ declare -p api token; declare -f ask; } > ${shellState()} 2> /dev/null || true`] : [])
  ].join("\n")
  const child = spawn("bash", ["-c", script], { cwd: copy, env: environment() })
  started.push(child)
  return child
}

const ran = async (block: string): Promise<string> => {
  const child = shell(block, true)
  const said = outputOf(child)
  let out = ""
  child.stdout!.on("data", (text: string) => {
    out += text
  })
  const [code] = (await once(child, "close")) as [number]
  if (code !== 0) throw new Error(`exit code ${code} of: ${block}\n${said.text()}`)
  return out
}

/** Asked again until the read models are there: they are a moment behind. */
const mustAnswer = async ({ block, answer }: PageStep) => {
  const isRead = !/ -d |deliver/.test(block)
  const until = performance.now() + patienceMs
  for (;;) {
    const out = await ran(block)
    const fits = answer === undefined || answerFits(answer, out)
    if (fits) return
    if (!isRead || performance.now() > until) {
      expect.fail(`${block}\nanswers\n${out}\nand the page says\n${answer!.text}`)
    }
  }
}

test("the machine of the page is at most seventy-five lines in one folder, and one entry in the list", () => {
  const files = page.files.map(({ path }) => path)
  const names = ["events", "machine", "jobs", "listed"]
  expect(files).toEqual(names.map((name) => `machines/pilot/${name}.ts`))
  const lines = page.files.reduce((sum, { text }) => sum + text.trimEnd().split("\n").length, 0)
  expect(lines).toBeLessThanOrEqual(linesMax)
})

test("all that the page does answers what the page says", async () => {
  let watched: ReturnType<typeof outputOf> | undefined
  for (const step of page.steps) {
    if (/npm start/.test(step.block)) await start(step.block)
    else if (step.block.startsWith("# goes on until Ctrl-C")) {
      watched = outputOf(shell(step.block, false))
      await watched.until(/("subscribed")/)
    } else await mustAnswer(step)
    for (const more of step.elsewhere) {
      await watched!.until(shownPattern(more))
    }
  }
  expect(page.steps.length).toBeGreaterThan(10)
})
