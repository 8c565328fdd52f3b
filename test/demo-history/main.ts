import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { gzipSync } from "node:zlib"
import { storiesFile } from "../../src/demo/history/read-stories.ts"
import { progressBar } from "../rig/progress-bar.ts"
import { inventedMax } from "./invented-people.ts"
import { makeStories } from "./make-stories.ts"

const help = `npm run demo-history -- [--seed <n>] [--leads <n>] [--out <file>]

Makes the history that the demo company has at its first start: the real engine on a virtual clock, invented leads
and sellers. The same seed makes the same file. Run it again when the machines or the demo company changed, and the
test of the demo history says that the old one does not fit.`

const wholeNumber = (name: string, text: string, max: number): number => {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1 && number <= max) return number
  throw new Error(`--${name} is a whole number from 1 to ${max}, not "${text}"`)
}

const main = () => {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      leads: { type: "string", default: "250" },
      out: { type: "string", default: storiesFile },
      help: { type: "boolean", short: "h", default: false }
    }
  })
  if (values.help) return void process.stdout.write(`${help}\n`)
  const seed = wholeNumber("seed", values.seed, 2 ** 31)
  const leads = wholeNumber("leads", values.leads, inventedMax)
  const bar = progressBar("demo history", process.stderr)
  const lines = makeStories({ seed, leads }, (share) => bar.show(share, `${leads} leads`))
  bar.clear()
  const packed = gzipSync(lines, { level: 9 })
  writeFileSync(values.out, packed)
  process.stdout.write(`wrote the stories of ${leads} leads, ${packed.length} bytes, to ${values.out}\n`)
}

try {
  main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
