import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { personalShapes } from "../../../actors/machine/personal-shape.ts"
import type { JsonObject } from "../../../eventstore/database/json.ts"
import { takeApart } from "../../../eventstore/personal/personal-data.ts"
import { machines } from "../../../machines/index.ts"
import type { DataSchema, ListedMachine } from "../../../machines/listed-machine.ts"
import { personal, subjectIn } from "../../../machines/personal.ts"
import { counter } from "../engine/world/machines.ts"

const shapesOf = (listed: Omit<ListedMachine, "machine">) => personalShapes({ machine: counter, ...listed })

/** What stands in the clear of an event with this data; `it` is what the schema is of. */
const clearOf = (schema: DataSchema, data: JsonObject) => {
  const shapes = shapesOf({ events: { Said: schema } })
  return takeApart(shapes.ofEvent("Said", data), data).clear
}
const clearOfIt = (it: DataSchema, value: unknown) =>
  clearOf(Schema.Struct({ it }), { it: value } as JsonObject).it

const text = personal(Schema.String)
const plain = Schema.Struct({ n: Schema.Number })
class Person extends Schema.Class<Person>("Person")({ name: text, age: Schema.Number }) {}
interface Tree {
  readonly said: string
  readonly below: ReadonlyArray<Tree>
}
const tree: Schema.Codec<Tree> = Schema.Struct({
  said: text,
  below: Schema.Array(Schema.suspend(() => tree))
})
interface List {
  readonly n: number
  readonly rest: List | null
}
const list: Schema.Codec<List> = Schema.Struct({
  n: Schema.Number,
  rest: Schema.NullOr(Schema.suspend(() => list))
})

describe("marks of personal data", () => {
  it.each<[string, DataSchema]>([
    ["a text", text],
    ["a number", personal(Schema.Number)],
    ["a text whose check came before", personal(Schema.String.check(Schema.isMaxLength(99)))],
    ["a text whose check came after", text.check(Schema.isMaxLength(99))],
    [
      "a text between two checks",
      personal(Schema.String.check(Schema.isMinLength(1))).check(Schema.isMaxLength(99))
    ],
    ["a text that is described after", text.annotate({ description: "what they said" })],
    ["a checked text that is described after", text.check(Schema.isMinLength(1)).annotate({ title: "said" })],
    ["a brand", text.pipe(Schema.brand("Said"))],
    ["a text that is read as another", text.pipe(Schema.decodeTo(Schema.Trim))],
    ["a number that is written as text", personal(Schema.NumberFromString)],
    ["a text or null", Schema.NullOr(text)],
    ["a text or a struct", Schema.Union([text, plain])],
    ["one of two texts", Schema.Union([text, personal(Schema.Literals(["a", "b"]))])],
    ["a whole struct", personal(plain)],
    ["a whole list", personal(Schema.Array(plain))],
    ["a template", Schema.TemplateLiteral(["tel:", text])],
    ["a struct with renamed keys", Schema.Struct({ name: text }).pipe(Schema.encodeKeys({ name: "nome" }))],
    ["a record whose keys are personal", Schema.Record(text, Schema.Number)],
    ["a class", Person],
    ["a text that may be hidden", Schema.Redacted(text)]
  ])("seal %s", (_, schema) => {
    expect(clearOfIt(schema, "Ana")).toBe("")
    expect(clearOfIt(schema, { n: 7 })).toEqual({})
  })

  it("seal a field, and one that may be left out, and nothing beside them", () => {
    const schema = Schema.Struct({
      at: Schema.Number,
      name: text,
      phone: Schema.optionalKey(text),
      mail: Schema.optional(text.check(Schema.isMinLength(1))),
      own: Schema.mutableKey(text)
    })
    expect(clearOf(schema, { at: 1, name: "Ana", phone: "55", mail: "a@b", own: "x" })).toEqual({
      at: 1,
      name: "",
      phone: "",
      mail: "",
      own: ""
    })
    expect(clearOf(schema, { at: 1, name: "Ana" })).toEqual({ at: 1, name: "" })
  })

  it("seal in lists what is marked in their elements", () => {
    expect(clearOfIt(Schema.Array(text), ["Ana", "Bia"])).toEqual(["", ""])
    const line = Schema.Struct({ from: Schema.String, text })
    const lines = [{ from: "lead", text: "Oi" }]
    expect(clearOfIt(Schema.Array(line), lines)).toEqual([{ from: "lead", text: "" }])
    expect(clearOfIt(Schema.NonEmptyArray(line), lines)).toEqual([{}])
    expect(clearOfIt(Schema.Tuple([Schema.Number, text]), [7, "Ana"])).toEqual([0, ""])
    expect(clearOfIt(Schema.Array(Schema.Array(text)), [["Ana"], []])).toEqual([[""], []])
    expect(clearOfIt(Schema.Array(Schema.Number), [7])).toEqual([7])
  })

  it("seal in records every value, by the kind of key where there are several", () => {
    expect(clearOfIt(Schema.Record(Schema.String, text), { a: "Ana", b: "Bia" })).toEqual({ a: "", b: "" })
    expect(clearOfIt(Schema.Record(Schema.String, Schema.Number), { a: 7 })).toEqual({ a: 7 })
    const mixed = Schema.StructWithRest(Schema.Struct({ id: Schema.String }), [
      Schema.Record(Schema.TemplateLiteral(["n-", Schema.String]), Schema.Number),
      Schema.Record(Schema.String, text)
    ])
    expect(clearOfIt(mixed as DataSchema, { id: "1", "n-1": 7, name: "Ana" })).toEqual({
      id: "1",
      "n-1": 0,
      name: ""
    })
  })

  it("seal in a union what one branch holds, and keep apart null, plain texts and a struct", () => {
    const person = Schema.Struct({ kind: Schema.Literal("person"), name: text })
    const robot = Schema.Struct({ kind: Schema.Literal("robot"), model: Schema.String })
    expect(clearOfIt(Schema.NullOr(person), { kind: "person", name: "Ana" })).toEqual({
      kind: "person",
      name: ""
    })
    expect(clearOfIt(Schema.Union([person, Schema.String]), "nobody")).toBe("nobody")
    expect(clearOfIt(Schema.Union([person, robot]), { kind: "robot", model: "r2" })).toEqual({})
  })

  it("are found in what refers to itself", () => {
    expect(clearOfIt(tree, { said: "Oi", below: [{ said: "Olá", below: [] }] })).toEqual({
      said: "",
      below: [{}]
    })
    const both = Schema.Struct({ list, name: text })
    const numbers = { n: 1, rest: { n: 2, rest: null } }
    expect(clearOf(both, { list: numbers, name: "Ana" })).toEqual({ list: numbers, name: "" })
  })

  it("seal what no schema knows: a field, in a union too, an event, a job, an input", () => {
    const cat = Schema.Struct({ kind: Schema.Literal("cat") })
    const dog = Schema.Struct({ kind: Schema.Literal("dog"), tail: Schema.Number })
    const schema = Schema.Struct({ name: text, pet: Schema.Union([cat, dog]) })
    const given = { name: "Ana", phone: "55", pet: { kind: "dog", tail: 1, of: "Ana" } }
    expect(clearOf(schema, given)).toEqual({
      name: "",
      phone: "",
      pet: { kind: "dog", tail: 1, of: "" }
    })
    const { ofEvent } = shapesOf({ events: { Said: schema } })
    expect(ofEvent("Other", {})).toEqual({ others: "all" })
    expect(ofEvent("ActorStarted", {})).toEqual({ fields: { input: "all" } })
    expect(ofEvent("JobSucceeded", { name: "toString" })).toEqual({ fields: { output: "all" } })
  })
})

describe("a machine's personal data", () => {
  it("is all of it where it has no schemas, and the engine's own words stand beside it", () => {
    const shapes = shapesOf({})
    expect(shapes.any).toBe(true)
    expect(shapes.ofEvent("Said", {})).toBe("all")
    const clear = (type: string, data: JsonObject) => takeApart(shapes.ofEvent(type, data), data).clear
    expect(clear("ActorStarted", { machine: "counter", input: { name: "Ana" } })).toEqual({
      machine: "counter",
      input: {}
    })
    const failed = {
      job: "2.0",
      name: "work",
      error: { reason: "busy", message: "Ana is busy" },
      attempts: 1
    }
    expect(clear("JobFailed", failed)).toEqual({
      ...failed,
      error: { reason: "busy", message: "" }
    })
    const done = { job: "2.0", name: "work", output: "Ana" }
    expect(clear("JobSucceeded", done)).toEqual({ ...done, output: "" })
    expect(clear("ActorMigrated", { from: "1", to: "2", state: { context: { name: "Ana" } } })).toEqual({
      from: "1",
      to: "2",
      state: {}
    })
    expect(shapes.ofEvent("TimerFired", {})).toBeUndefined()
  })

  it("is nothing where its schemas mark nothing", () => {
    const shapes = shapesOf({ input: plain, events: { Said: plain }, emitted: { Heard: list } })
    expect(shapes.any).toBe(false)
    for (const type of ["Said", "Heard", "Unknown", "ActorStarted", "ActorMigrated", "JobFailed"]) {
      expect(shapes.ofEvent(type, {})).toBeUndefined()
    }
  })

  it.each<[string, Omit<ListedMachine, "machine">]>([
    ["its input", { input: Schema.Struct({ name: text }), events: {} }],
    ["an event", { events: { Said: Schema.Struct({ text }) } }],
    ["a record in an event", { events: { Said: Schema.Record(Schema.String, text) } }],
    ["a fact it emits", { events: {}, emitted: { Heard: Schema.Struct({ text }) } }],
    ["what a job gets", { events: {}, jobs: { work: { input: text, output: plain } } }],
    ["what a job gives", { events: {}, jobs: { work: { input: plain, output: text } } }],
    ["what refers to itself", { events: { Said: tree } }]
  ])("is there as soon as %s is marked", (_, listed) => {
    expect(shapesOf(listed).any).toBe(true)
  })

  it("is about the person that its input names, or else about one called like its stream", () => {
    const named = (schema: DataSchema) =>
      shapesOf({ events: {}, input: schema }).subjectOf({ leadId: "l1", other: "x" }, "conversation/7")
    const id = subjectIn("lead")(Schema.String)
    expect(named(Schema.Struct({ leadId: id }))).toBe("lead/l1")
    expect(named(Schema.Struct({ leadId: Schema.optionalKey(id) }))).toBe("lead/l1")
    expect(named(Schema.Struct({ leadId: id.check(Schema.isMinLength(1)) }))).toBe("lead/l1")
    class Input extends Schema.Class<Input>("Input")({ leadId: id }) {}
    expect(named(Input)).toBe("lead/l1")
    expect(named(Schema.Struct({ leadId: Schema.String }))).toBe("conversation/7")
    const { subjectOf } = shapesOf({ events: {}, input: Schema.Struct({ leadId: id }) })
    for (const input of [null, undefined, "l1", {}, { leadId: "" }, { leadId: 7 }]) {
      expect(subjectOf(input, "conversation/7")).toBe("conversation/7")
    }
  })

  it("of our own conversations and leads is about the lead, and of our deals there is none", () => {
    const ours = Object.fromEntries(machines.map((each) => [each.machine.id, personalShapes(each)]))
    const personal = Object.entries(ours).flatMap(([name, { any }]) => (any ? [name] : []))
    expect(personal.sort()).toEqual(["contact", "conversation", "lead", "reply"])
    expect(ours.conversation!.subjectOf({ leadId: "l1" }, "conversation/7")).toBe("lead/l1")
    expect(ours.lead!.subjectOf({ leadId: "l1" }, "lead/l1")).toBe("lead/l1")
  })
})
