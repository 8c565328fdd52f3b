import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { machines } from "../../../machines/index.ts"
import { asBatches } from "../../actors/backtest/as-batches.ts"
import { aConversation, aLead } from "../../actors/backtest/histories.ts"
import { asPartition } from "../../actors/backtest/recording.ts"
import { registerOne } from "../../actors/stored-history.ts"

const root = join(import.meta.dirname, "../../..")

/** The text of its functions is part of a machine's version, and a test runner rewrites that text. */
const versionsUnderNode = JSON.parse(
  execFileSync(
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `import { prepare } from "./actors/machine/running-machine.ts"
       import { machines } from "./machines/index.ts"
       const versions = machines.map(({ machine }) => [machine.id, prepare(machine).version])
       process.stdout.write(JSON.stringify(Object.fromEntries(versions)))`
    ],
    { cwd: root, encoding: "utf8" }
  )
) as Record<string, string>

const registeredUnderNode = (id: string) => {
  const registered = registerOne(machines.find(({ machine }) => machine.id === id)!, [
    "writeReply",
    "sendChunk",
    "showTyping"
  ])
  Object.assign(registered.current, { version: versionsUnderNode[id] })
  return registered
}

/** So many conversations and leads of `acme`, in partition 1, as they are stored. */
export const recordedHistories = (howMany: number) => {
  const conversation = registeredUnderNode("conversation")
  const lead = registeredUnderNode("lead")
  const seeds = Array.from({ length: howMany }, (_, n) => n + 1)
  const recordings = seeds.flatMap((seed) => [aConversation(conversation, seed), aLead(lead, seed)])
  return { recordings, batches: asBatches(asPartition(recordings)) }
}
