#!/usr/bin/env node
// In plain JavaScript, so that an older Node can read this far and say what is missing.

import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const neededMajor = 24
/** The Node that `npm ci` brings. */
const brought = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url))

if (Number(process.versions.node.split(".")[0]) >= neededMajor) await import("./main.ts")
else if (existsSync(brought)) {
  const child = spawn(brought, process.argv.slice(1), { stdio: "inherit" })
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  // It reaches both of us: the one that does the work says how it ends.
  process.on("SIGINT", () => {})
  child.on("exit", (code) => process.exit(code ?? 1))
} else {
  process.stderr.write(
    `Centurion runs on Node ${neededMajor} or newer, and this is ${process.version}: install Node ${neededMajor}, or run \`npm ci\` without --omit=dev, which brings it.\n`
  )
  process.exit(1)
}
