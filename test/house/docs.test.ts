import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, describe, expect, test } from "vitest"
import { type AnyStateMachine, StateMachine } from "xstate"
import { checkMachine } from "../../actors/machine/check-machine.ts"

const root = resolve(import.meta.dirname, "../..")
// Inside the repository, so that the blocks find its packages.
const scratch = join(root, "node_modules/.cache/docs-test")

const pages = ["README.md", "ARCHITECTURE.md", ...markdownIn(join(root, "docs"))]

function markdownIn(folder: string): ReadonlyArray<string> {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return markdownIn(path)
    return name.endsWith(".md") ? [relative(root, path)] : []
  })
}

const blocksOf = (page: string, language: string): ReadonlyArray<string> =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
    .filter((found) => found[1] === language)
    .map((found) => found[2]!)

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>
}
const commands = [
  "users",
  "companies",
  "erase",
  "hold",
  "keys",
  "start",
  "chat",
  "demo",
  "events",
  "replay",
  "verify",
  "jobs",
  "actors",
  "doctor",
  "database",
  "bench",
  "deliver",
  "seals",
  "prove",
  "export",
  "import",
  "why",
  "migrate",
  "query",
  "table",
  "projections",
  "analysts",
  "backtest",
  "shadow"
]

/** What is wrong with one line of a shell block; undefined when it names things that exist. */
const wrongCommand = (line: string): string | undefined => {
  const named = [...line.matchAll(/\bnpm (?:run (?:-s )?)?([a-z][a-z:-]*)/g)].map((found) => found[1]!)
  if (named.some((name) => !["ci", "install"].includes(name) && scripts[name] === undefined)) {
    return `no script for: ${line}`
  }
  const command = /\bnpx centurion ([a-z]+)/.exec(line)?.[1]
  return command === undefined || commands.includes(command) ? undefined : `no command for: ${line}`
}

describe.each(pages)("%s", (page) => {
  test("its TypeScript runs, and its machines can be made durable", async () => {
    for (const [n, block] of blocksOf(page, "ts").entries()) {
      mkdirSync(scratch, { recursive: true })
      const file = join(scratch, `${page.replaceAll("/", "-")}-${n}.ts`)
      const local = block.replaceAll(
        /from "(\.\.?\/)+(?=(machines|actors|eventstore|src)\/)/g,
        `from "${root}/`
      )
      writeFileSync(file, local)
      const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>
      for (const machine of Object.values(exported)) {
        if (!(machine instanceof StateMachine)) continue
        expect(checkMachine({ machine: machine as AnyStateMachine })).toEqual({ refused: [], warned: [] })
      }
    }
  })

  test("its commands exist", () => {
    const lines = blocksOf(page, "sh").flatMap((block) => block.split("\n"))
    expect(lines.flatMap((line) => wrongCommand(line) ?? [])).toEqual([])
  })

  test("its links lead somewhere", () => {
    const text = readFileSync(join(root, page), "utf8")
    const broken = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map((found) => found[1]!)
      .filter((target) => {
        try {
          statSync(resolve(root, dirname(page), target))
          return false
        } catch {
          return true
        }
      })
    expect(broken).toEqual([])
  })
})

test("a script that does not exist is found", () => {
  expect(wrongCommand("npm run fly")).toBe("no script for: npm run fly")
  expect(wrongCommand("npx centurion fly")).toBe("no command for: npx centurion fly")
})
