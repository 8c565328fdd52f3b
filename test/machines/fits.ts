import * as Schema from "effect/Schema"
import { machines } from "../../machines/index.ts"
import type { DataSchema } from "../../machines/listed-machine.ts"
import type { Drive, Event } from "./drive.ts"

const listed = (id: string) => {
  const found = machines.find(({ machine }) => machine.id === id)
  if (found === undefined) throw new Error(`no machine ${id} is on the list`)
  return found
}

const decoders = new Map<DataSchema, (data: unknown) => unknown>()

const fits = (schema: DataSchema | undefined, what: string, data: unknown): void => {
  if (schema === undefined) throw new Error(`${what} is not declared`)
  const decode = decoders.get(schema) ?? Schema.decodeUnknownSync(schema, { onExcessProperty: "error" })
  decoders.set(schema, decode)
  try {
    decode(data)
  } catch (error) {
    throw new Error(`${what} does not fit its schema: ${error instanceof Error ? error.message : error}`)
  }
}

const dataOf = ({ type: _, ...data }: Event): object => data

/** Throws when a fact, a job or a word to another actor of the last step does not fit its declared schema. */
export const fitsItsSchemas = (drive: Drive): void => {
  const { emitted, jobs } = listed(drive.machine.id)
  const step = drive.steps.at(-1)!
  for (const event of step.emitted) fits(emitted?.[event.type], event.type, dataOf(event))
  for (const job of step.jobs) fits(jobs?.[job.name]?.input, `the input of ${job.name}`, job.input)
  for (const { to, event } of step.told) {
    fits(listed(to.split("/")[0]!).events?.[event.type], `${event.type} for ${to}`, dataOf(event))
  }
}

/** Throws when the state can't be stored as JSON and come back the same. */
export const isPlainJson = (drive: Drive): void => {
  const { context } = drive.snapshot
  const stored = JSON.stringify(context)
  if (!same(context, JSON.parse(stored))) throw new Error(`the state does not survive JSON: ${stored}`)
}

const same = (one: unknown, other: unknown): boolean => {
  if (typeof one !== "object" || one === null || typeof other !== "object" || other === null)
    return one === other
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => same((one as never)[key], (other as never)[key]))
  )
}
