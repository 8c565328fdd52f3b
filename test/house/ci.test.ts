import { spawn, spawnSync } from "node:child_process"
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { root } from "./source-files.ts"

const folder = mkdtempSync(join(tmpdir(), "centurion-ci-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const demo = '{"sentTwice":0,"lost":0,"verify":"ok"}'
const summary = "      Tests  12 passed | 2 skipped (14)"

/** What the script calls, played; each does what its variable says, in the shell. */
const programs = {
  ls: 'eval "$LS"',
  id: "echo 0",
  python3: "echo 7",
  "apt-get": 'eval "$APT"',
  npm: 'case "$*" in ci*) eval "$INSTALL" ;; *check*) eval "$CHECK" ;; *demo*) eval "$DEMO" ;; esac',
  "redis-server": "exec sleep 60",
  ...Object.fromEntries(["su", "chown", "chromium"].map((name) => [name, "true"]))
}

mkdirSync(join(folder, "bin"))
mkdirSync(join(folder, "tmp"))
cpSync(join(root, ".ci/run"), join(folder, ".ci/run"))
for (const [name, text] of Object.entries(programs)) {
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(folder, "bin", name), 0o755)
}

interface Played {
  readonly env?: Readonly<Record<string, string>>
  /** Ends it when this is shown. */
  readonly termAt?: string
}

const play = async ({ env = {}, termAt }: Played) => {
  const child = spawn(join(folder, ".ci/run"), {
    env: {
      ...{ PATH: `${join(folder, "bin")}:/usr/bin:/bin`, TMPDIR: join(folder, "tmp"), CI_END_WITHIN_S: "1" },
      ...{
        LS: "echo /usr/lib/postgresql/15/bin",
        APT: "true",
        INSTALL: "true",
        CHECK: `echo '${summary}'`,
        DEMO: `echo '${demo}'`
      },
      ...env
    }
  })
  let out = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text
    if (termAt !== undefined && out.includes(termAt)) child.kill("SIGTERM")
  })
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve))
  const lines = out.trim().split("\n")
  return { code, failed: lines.findLast((line) => line.startsWith("== FAILED")), last: lines.at(-1) }
}

// It waits for whichever ends first, which older ones can't.
const hasBash = spawnSync("bash", ["-c", "((BASH_VERSINFO[0] * 10 + BASH_VERSINFO[1] >= 51))"]).status === 0

test.runIf(hasBash)("a run in which all is well ends with what passed and failed", async () => {
  expect(await play({})).toEqual({ code: 0, failed: undefined, last: "12 passed, 0 failed" })
})

const nothing = "0 passed, 1 failed"

test.runIf(hasBash).each<readonly [string, Played, { code: number; failed: RegExp; last: string }]>([
  [
    "a test that fails",
    { env: { CHECK: "echo '   Tests  3 failed | 9 passed (12)'; exit 1" } },
    { code: 1, failed: /check/, last: "9 passed, 3 failed" }
  ],
  [
    "types that are wrong, before any test",
    { env: { CHECK: "echo 'error TS1'; exit 2" } },
    { code: 1, failed: /check/, last: nothing }
  ],
  [
    "a check that counts nothing",
    { env: { CHECK: "true" } },
    { code: 1, failed: /counted no test/, last: nothing }
  ],
  [
    "more skips than are known",
    { env: { CHECK: "echo ' Tests  12 passed | 4 skipped (16)'" } },
    { code: 1, failed: /4 tests were skipped, 3 is the most/, last: "12 passed, 1 failed" }
  ],
  [
    "a Postgres that can't be installed",
    { env: { LS: "exit 1", APT: "exit 100" } },
    { code: 100, failed: /apt-get/, last: nothing }
  ],
  ["an install that fails", { env: { INSTALL: "exit 7" } }, { code: 7, failed: /npm/, last: nothing }],
  [
    "a demo that fails while tests run and heed no signal",
    { env: { DEMO: "exit 3", CHECK: "trap '' TERM; while true; do sleep 0.1; done" } },
    { code: 1, failed: /demo/, last: nothing }
  ],
  [
    "TERM while tests run and heed no signal",
    { env: { CHECK: "trap '' TERM; echo begun; while true; do sleep 0.1; done" }, termAt: "begun" },
    { code: 143, failed: /ended by TERM/, last: nothing }
  ],
  [
    "TERM while it sets up",
    { env: { INSTALL: "echo begun; sleep 60" }, termAt: "begun" },
    { code: 143, failed: /npm, ended by TERM/, last: nothing }
  ]
])("is told with a count: %s", { retry: 2 }, async (_, played, { code, failed, last }) => {
  expect(await play(played)).toEqual({ code, failed: expect.stringMatching(failed), last })
})
