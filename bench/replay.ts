import { replay as replayEvents } from "../actors/replay/replay.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { conversationMachine, conversationPath } from "./conversation-path.ts"
import { rounded } from "./figure.ts"
import { processorTimeOf } from "./processor-time.ts"

const stepsDefault = 2000

const run = async (world: BenchWorld): Promise<void> => {
  const [length = stepsDefault] = world.sizes ?? []
  const registered = conversationMachine()
  const events = conversationPath(registered, length).flatMap((each) => each.events)
  const replayAll = () => {
    const replayed = replayEvents(registered, events)
    if (replayed.version === events.length && replayed.differing === 0) return
    throw new Error(
      `the replay stopped at ${replayed.version} of ${events.length}, ${replayed.differing} differ`
    )
  }
  const value = (events.length * 1e6) / processorTimeOf(world.seconds, replayAll)
  world.report({
    bench: "replay",
    case: "conversation",
    unit: "events/s",
    value: rounded(value),
    targets: [{ of: "value", is: ">=", than: 15_000 }]
  })
}

export const replay: Bench = {
  name: "replay",
  about:
    "a stored conversation through its machine, events a second of one core; every emitted event compared with what is stored",
  run
}
