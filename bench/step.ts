import { takeStep } from "../actors/step.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { conversationMachine, conversationPath } from "./conversation-path.ts"
import { rounded } from "./figure.ts"
import { median } from "./load.ts"

const stepsDefault = 1000

const run = async (world: BenchWorld): Promise<void> => {
  const [length = stepsDefault] = world.sizes ?? []
  const registered = conversationMachine()
  const path = conversationPath(registered, length)
  // Processor time, since other work on the machine says nothing about a pure function.
  const walk = () => {
    const started = process.threadCpuUsage()
    for (const { before, version, input, at } of path)
      takeStep(registered.current, before, version, input, at)
    const { user, system } = process.threadCpuUsage(started)
    return (user + system) / path.length
  }
  const endsAt = performance.now() + world.seconds * 1000
  const walks: Array<number> = []
  do walks.push(walk())
  while (performance.now() < endsAt)
  // The first walks are before the compiler has seen the code.
  const settled = walks.slice(Math.floor(walks.length / 4))
  world.report({
    bench: "step",
    case: "conversation",
    unit: "us",
    value: rounded(median(settled)),
    targets: [{ of: "value", is: "<=", than: 25 }]
  })
}

export const step: Bench = {
  name: "step",
  about: "processor time of one event through the conversation machine: messages, replies, chunks, timers",
  run
}
