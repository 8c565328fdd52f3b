import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
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

test("proofs go on after one that failed, and the end says which", () => {
  const nowhere = "postgres://postgres@127.0.0.1:1/postgres"
  const { status, stdout } = run(
    { TEST_DATABASE_URL: nowhere },
    ...["--only", "tamper,simulate", "--size", "short", "--json"]
  )
  const told = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  expect({ status, told }).toMatchObject({
    status: 1,
    told: [
      { name: "tamper", ok: false, figure: expect.stringMatching(/refused|connect/i) },
      { name: "simulate", ok: true, figure: expect.stringMatching(/^every promise held in 2 seeds/) }
    ]
  })
})

test("an unknown name and a missing Postgres are told before anything begins", () => {
  expect(run({}, "--only", "tampr")).toMatchObject({ status: 2, stderr: expect.stringMatching(/"tampr"/) })
  const without = run({}, "--only", "tamper,laws")
  expect(without).toMatchObject({ status: 2, stdout: "" })
  expect(without.stderr).toMatch(/^TEST_DATABASE_URL .* for tamper\n$/)
})
