import {
  type Answer,
  type Double,
  type DoubleOptions,
  type Incoming,
  type ProviderCall,
  refusedByFault,
  startDouble,
  type Wire,
  type Workshop
} from "../../../src/demo/doubles/provider-double.ts"
import { runDouble } from "../../../src/demo/doubles/run-double.ts"
import { keyedInstance } from "./keyed-instance.ts"

/** A provider that honours our key: the same key is accepted once, and answered alike ever after. */
const startKeyedDouble = (options: DoubleOptions): Promise<Double> =>
  startDouble(options, { headers: () => ({}), giveUpOn: new Set([400]) }, keyedWire)

const keyedWire = (workshop: Workshop): Wire => {
  const idsByKey = new Map<string, string>()
  let messages = 0
  const send = ({ body }: ProviderCall): Answer => {
    const { key, contact, text } = body
    const known = idsByKey.get(String(key))
    const fate = workshop.faults.nextSend()
    const refused = refusedByFault(fate, (status) => ({ error: status }))
    if (refused !== undefined) return refused
    const id = known ?? `keyed-${++messages}`
    if (known === undefined) {
      idsByKey.set(String(key), id)
      const passed = { instance: keyedInstance, contact: String(contact), text: String(text) }
      workshop.log.add({ kind: "sent", id, at: Date.now(), ...passed })
    }
    return { status: 200, body: { id }, delayMs: fate.delayMs, loseAnswer: fate.loseAnswer }
  }
  const incoming = ({ contact, text = "", repeat = 1 }: Incoming) => {
    const id = `in-${contact}-${++messages}`
    const passed = { kind: "incoming", instance: keyedInstance, contact, id, at: Date.now(), text } as const
    workshop.log.add(passed)
    for (let time = 0; time < repeat; time++) {
      workshop.webhooks.post(contact, { contact, text, messageId: id, at: passed.at })
    }
    return passed
  }
  return {
    incoming,
    answer: (call) => (call.path === "/send" ? send(call) : { status: 404, body: { error: "no such path" } })
  }
}

if (import.meta.main) await runDouble([], startKeyedDouble)
