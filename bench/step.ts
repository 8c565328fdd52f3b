import { takeStep } from "../actors/machine/step.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { conversationMachine, conversationPath } from "./conversation-path.ts"
import { rounded } from "./figure.ts"
import { processorTimeOf } from "./processor-time.ts"

const stepsDefault = 1000

const run = async (world: BenchWorld): Promise<void> => {
  const [length = stepsDefault] = world.sizes ?? []
  const registered = conversationMachine()
  const path = conversationPath(registered, length)
  const walk = () => {
    for (const { before, version, input, at } of path)
      takeStep(registered.current, before, version, input, at)
  }
  const value = processorTimeOf(world.seconds, walk) / path.length
  world.report({
    bench: "step",
    case: "conversation",
    unit: "us",
    value: rounded(value),
    targets: [{ of: "value", is: "<=", than: 25 }]
  })
}

export const step: Bench = {
  name: "step",
  about: "processor time of one event through the conversation machine: messages, replies, chunks, timers",
  run
}
