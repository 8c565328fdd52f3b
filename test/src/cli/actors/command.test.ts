import { expect, it } from "vitest"
import { runCli } from "../world/run-cli.ts"

it("tells what there is, and refuses a status that no actor has", async () => {
  const { code, out } = await runCli(["actors", "list", "--help"], {})
  expect([code, out.includes("--status"), out.includes("--company")]).toEqual([0, true, true])
  const wrong = await runCli(["actors", "list", "--status", "done"], {})
  expect([wrong.code === 0, wrong.out + wrong.err]).toEqual([false, expect.stringContaining("parked")])
})
