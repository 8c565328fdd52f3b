import { enableCompileCache } from "node:module"
import { join } from "node:path"

// What was stripped of its types and compiled once need not be again: half of a short command's time. Where it can't
// be written, nothing is lost but that.
enableCompileCache(join(import.meta.dirname, "../../node_modules/.cache/node"))

const { runCli } = await import("./run-cli.ts")
runCli(process.argv.slice(2))
