import { existsSync, readdirSync } from "node:fs"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { machines } from "../../machines/index.ts"
import { examples } from "./examples.ts"

const room = new URL("../../machines/", import.meta.url)
const folders = readdirSync(room, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)

describe("the list of machines", () => {
  it("has every folder of the room, and each folder the same four files", () => {
    expect(machines.map(({ machine }) => machine.id).sort()).toEqual([...folders].sort())
    const missing = folders.flatMap((folder) =>
      ["events.ts", "jobs.ts", "listed.ts", "machine.ts"]
        .map((file) => `${folder}/${file}`)
        .filter((file) => !existsSync(new URL(file, room)))
    )
    expect(missing).toEqual([])
  })

  it("declares for each machine its version, input, events, facts and jobs", () => {
    const declared = machines.map(({ machine, input, events, emitted, jobs }) => [
      machine.version,
      [input, events, emitted, jobs].every((each) => each !== undefined)
    ])
    expect(declared).toEqual(machines.map(() => [expect.stringMatching(/^\d+\.\d+\.\d+$/), true]))
  })

  it("lets people send only events that there are, and calls no two lists the same", () => {
    const unknown = machines.flatMap(({ events = {}, fromPeople = [] }) =>
      fromPeople.filter((type) => events[type] === undefined)
    )
    expect(unknown).toEqual([])
    const plurals = machines.map(({ machine, plural }) => plural ?? `${machine.id}s`)
    expect(new Set(plurals).size).toBe(machines.length)
  })

  it("declares a job for everything that a machine invokes", () => {
    const undeclared = machines.flatMap(({ machine, jobs }) =>
      Object.keys(machine.implementations.actors).filter((name) => jobs?.[name] === undefined)
    )
    expect(undeclared).toEqual([])
  })
})

describe.each(machines.map((each) => [each.machine.id, each] as const))(
  "%s",
  (id, { events = {}, emitted = {} }) => {
    const example = examples[id]!

    it("has a full example of every event and fact, and of nothing else", () => {
      expect(Object.keys(example.events).sort()).toEqual(Object.keys(events).sort())
      expect(Object.keys(example.emitted).sort()).toEqual(Object.keys(emitted).sort())
    })

    it.each(Object.entries({ ...events, ...emitted }))(
      "%s decodes as it was, with every field",
      (type, schema) => {
        const data = { ...example.events, ...example.emitted }[type]!
        expect(Schema.decodeUnknownSync(schema, { onExcessProperty: "error" })(data)).toEqual(data)
        expect(Object.keys(data).sort()).toEqual(
          Object.keys((schema as unknown as Schema.Struct<Schema.Struct.Fields>).fields).sort()
        )
      }
    )

    it.each(Object.entries(events))("%s is refused when a field has the wrong type", (type, schema) => {
      const wrong = { ...example.events[type], at: "yesterday" }
      expect(() => Schema.decodeUnknownSync(schema)(wrong)).toThrow()
    })
  }
)
