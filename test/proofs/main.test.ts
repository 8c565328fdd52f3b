import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { proofs } from "./proofs.ts"

const root = join(import.meta.dirname, "../..")
const run = (env: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) => {
  const { PATH = "" } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, ["test/proofs/main.ts", ...args], {
    ...{ cwd: root, encoding: "utf8", env: { PATH, ...env } }
  })
  return { status, stdout, stderr }
}

test("each proof is a command that there is", () => {
  expect(proofs.filter(({ program }) => !existsSync(join(root, program)))).toEqual([])
})

/** Has what is said done first in the process of this program, in place of the program or before it. */
const inPlaceOf = (program: string, said: string) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`if (process.argv[1]?.endsWith("${program}")) { ${said} }`)}`
})

test("proofs go on after one that failed, and the end says which", () => {
  const { status, stdout } = run(
    inPlaceOf("/vitest", 'console.error("Error: so"); process.exit(7)'),
    ...["--only", "laws,simulate", "--size", "short", "--json"]
  )
  const told = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  expect({ status, told }).toMatchObject({
    status: 1,
    told: [
      { name: "laws", ok: false, figure: "Error: so" },
      { name: "simulate", ok: true, figure: expect.stringMatching(/^every promise held in 2 seeds/) }
    ]
  })
})

test("TERM is passed on to the proof at hand, and ends all", async () => {
  const folder = mkdtempSync(join(tmpdir(), "centurion-proofs-"))
  const [begun, heard] = [join(folder, "begun"), join(folder, "heard")]
  const waits = `const { writeFileSync } = await import("node:fs")
    process.on("SIGTERM", () => { writeFileSync("${heard}", ""); process.exit(5) })
    setInterval(() => {}, 1000)
    writeFileSync("${begun}", "")
    await new Promise(() => {})`
  const child = spawn(
    process.execPath,
    ["test/proofs/main.ts", "--only", "simulate,laws", "--size", "short"],
    {
      cwd: root,
      env: { PATH: process.env.PATH, ...inPlaceOf("/vitest", waits) }
    }
  )
  let said = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text
  })
  const ended = once(child, "close")
  await expect.poll(() => existsSync(begun)).toBe(true)
  child.kill("SIGTERM")
  expect(await ended).toEqual([143, null])
  expect(existsSync(heard)).toBe(true)
  expect(said).toMatch(/ended by SIGTERM; what came after laws was not run\n$/)
  expect(said).not.toMatch(/simulate/)
  rmSync(folder, { recursive: true })
})

test.each([
  ["an unknown name", {}, "tampr", /"tampr"/],
  ["no name", {}, ",", /no proof is called ""/],
  ["a missing Postgres", {}, "tamper,laws", /^TEST_DATABASE_URL .* for tamper\n$/],
  ["no URL", { TEST_DATABASE_URL: "postgres" }, "laws,api", /for api; it is no URL\n$/],
  [
    "a Postgres that doesn't answer",
    { TEST_DATABASE_URL: "postgres://ana:secret@127.0.0.1:1/postgres" },
    "laws,webhooks",
    /^TEST_DATABASE_URL .* for webhooks; 127\.0\.0\.1:1 doesn't let us in: (?!.*secret).+\n$/
  ],
  ["a missing initdb", { PATH: "/nowhere" }, "laws,chaos", /^chaos starts a Postgres .* no initdb/]
])("%s is told before anything begins", (_, env, only, said) => {
  const { status, stdout, stderr } = run(env, "--only", only)
  expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: "", stderr: expect.stringMatching(said) })
})
