import { join } from "node:path"
import { machines } from "../../machines/index.ts"
import { examples } from "../machines/examples.ts"
import { checkGoldens } from "./check-goldens.ts"
import { readGoldens } from "./golden-files.ts"
import { recordGoldens } from "./record-goldens.ts"
import { walksOf } from "./walks.ts"

/** `node test/golden/main.ts` records (`npm run golden`); with `--check` it prints what is otherwise, as JSON. */
const root = import.meta.dirname
if (process.argv.includes("--check")) {
  process.stdout.write(JSON.stringify(checkGoldens(machines, readGoldens(join(root)))))
} else {
  try {
    for (const line of recordGoldens(machines, root, { walks: walksOf, examples })) {
      process.stdout.write(`${line}\n`)
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
