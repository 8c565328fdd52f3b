import { readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { expect, test } from "vitest"
import { arrowsOf, filesOf, importsOf, root } from "./source-files.ts"

const contract = "src/api/contract/"

/** What the contract may look at beside its own files: what is declared, and holds no work. */
const declared =
  /^(machines\/|projections\/|eventstore\/database\/storable-text\.ts$|src\/resources\/|src\/accounts\/(permissions|account-limits|principal)\.ts$)/

const read = (path: string): string => readFileSync(join(root, path), "utf8")

/** Sentences about a file of the contract that looks at what is no declaration. */
const wrongArrows = (path: string, text: string): ReadonlyArray<string> =>
  arrowsOf(path, text)
    .filter(({ to }) => !to.startsWith(contract) && !declared.test(to))
    .map(({ from, to }) => `${from} imports ${to}`)

/** The packages that these files load, and all that they load in turn, with who loads them. */
const packagesOf = (paths: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const packages = new Map<string, string>()
  const seen = new Set(paths)
  for (const path of seen) {
    const text = read(path)
    for (const target of importsOf(path, text, "atRunTime"))
      if (!target.startsWith(".")) packages.set(target, path)
    for (const { to } of arrowsOf(path, text, "atRunTime")) seen.add(to)
  }
  return packages
}

/** What a browser has, too. */
const anywhere = /^(effect\/|xstate$)/

const files = filesOf(join(root, contract)).map((path) => relative(root, path))

test("the contract of the API imports what is declared, and no part of the server", () => {
  expect(files.length).toBeGreaterThan(10)
  expect(files.flatMap((path) => wrongArrows(path, read(path)))).toEqual([])
})

test("whoever imports the contract loads nothing that only a server has", () => {
  const found = [...packagesOf(files)].filter(([name]) => !anywhere.test(name))
  expect(found.map(([name, path]) => `${path} loads ${name}`)).toEqual([])
})

test("a contract that looks at the server, and one that needs Node, are found", () => {
  const text = `import { Sessions } from "../../accounts/sessions/sessions.ts"\nimport type { A } from "node:http"\n`
  expect(wrongArrows(`${contract}planted.ts`, text)).toEqual([
    `${contract}planted.ts imports src/accounts/sessions/sessions.ts`
  ])
  expect(importsOf("planted.ts", text, "atRunTime")).toEqual(["../../accounts/sessions/sessions.ts"])
  expect([...packagesOf(["src/accounts/sessions/sessions.ts"]).keys()]).toContain("node:crypto")
})
