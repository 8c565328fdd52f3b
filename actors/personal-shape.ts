import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type { PersonalShape } from "../eventstore/personal-data.ts"
import type { ListedMachine } from "../machines/listed-machine.ts"

/** Which parts of a machine's data are personal. */
export interface PersonalShapes {
  /** False when its schemas mark nothing: all of it is stored in the clear. */
  readonly any: boolean
  /** Of an event's data, by type, the engine's own events included. */
  readonly ofEvent: (type: string, data: { readonly name?: unknown }) => PersonalShape | undefined
  /** The person that an actor is about, by its input; by default one called like its stream. */
  readonly subjectOf: (input: unknown, stream: string) => string
}

/**
 * Reads the marks of a machine's schemas. What no schema tells of counts as personal: with no list of events, all of
 * them; with one, the fields that it does not know.
 */
export const personalShapes = ({ input, events, emitted, jobs }: ListedMachine): PersonalShapes => {
  const inputShape = shapeOf(input)
  const eventShapes = shapesOf({ ...events, ...emitted })
  const outputShapes = shapesOf(
    Object.fromEntries(Object.entries(jobs ?? {}).map(([name, { output }]) => [name, output]))
  )
  const inputsOfJobs = Object.values(jobs ?? {}).map((job) => marks(job.input))
  const any =
    events === undefined ||
    marks(input) ||
    [...Object.values({ ...events, ...emitted }), ...Object.values(jobs ?? {}).map((job) => job.output)].some(
      marks
    ) ||
    inputsOfJobs.some(Boolean)
  const unknown: PersonalShape | undefined = events === undefined ? "all" : { others: "all" }
  const subject = subjectFieldOf(input)
  const ofEngine: Readonly<Record<string, (data: { readonly name?: unknown }) => PersonalShape | undefined>> =
    {
      ActorStarted: () => ({ fields: { input: inputShape } }),
      ActorMigrated: () => ({ fields: { state: "all" } }),
      JobSucceeded: ({ name }) => ({
        fields: { output: Object.hasOwn(outputShapes, String(name)) ? outputShapes[String(name)] : "all" }
      }),
      JobFailed: () => ({ fields: { error: { fields: { message: "all" } } } }),
      TimerFired: () => undefined,
      SubjectErased: () => undefined
    }
  return {
    any,
    ofEvent: (type, data) => {
      if (!any) return undefined
      if (Object.hasOwn(ofEngine, type)) return ofEngine[type]!(data)
      return Object.hasOwn(eventShapes, type) ? eventShapes[type] : unknown
    },
    subjectOf: (given, stream) => {
      const id =
        subject !== undefined && typeof given === "object" && given !== null
          ? (given as { readonly [key: string]: unknown })[subject.field]
          : undefined
      return typeof id === "string" && id !== "" ? `${subject!.machine}/${id}` : stream
    }
  }
}

type Schemas = Readonly<Record<string, Schema.Top | undefined>>

const shapesOf = (schemas: Schemas): Readonly<Record<string, PersonalShape | undefined>> =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, shapeOf(schema)]))

/** Without a schema nobody knows what it holds. */
const shapeOf = (schema: Schema.Top | undefined): PersonalShape | undefined =>
  schema === undefined ? "all" : shapeOfAst(schema.ast)

const marks = (schema: Schema.Top | undefined): boolean =>
  schema !== undefined && isMarked(shapeOfAst(schema.ast))

const isMarked = (shape: PersonalShape | undefined): boolean =>
  shape === "all" ||
  (shape !== undefined &&
    (Object.values(shape.fields ?? {}).some(isMarked) ||
      (shape.elements !== undefined && isMarked(shape.elements))))

const isPersonal = (ast: SchemaAST.AST): boolean => SchemaAST.resolve(ast)?.personal === true

const shapeOfAst = (ast: SchemaAST.AST): PersonalShape | undefined => {
  if (isPersonal(ast)) return "all"
  if (SchemaAST.isObjects(ast)) return shapeOfObject(ast)
  if (SchemaAST.isArrays(ast)) {
    const inner = [...ast.elements, ...ast.rest].map(shapeOfAst)
    const marked = inner.filter((shape) => shape !== undefined)
    if (marked.length === 0) return undefined
    // Elements of several kinds: as soon as one is personal, all are.
    return { elements: inner.length === 1 ? marked[0]! : "all" }
  }
  if (SchemaAST.isUnion(ast)) return shapeOfUnion(ast)
  return undefined
}

const shapeOfObject = (ast: SchemaAST.Objects): PersonalShape => {
  const fields: { [key: string]: PersonalShape | undefined } = {}
  for (const { name, type } of ast.propertySignatures) fields[String(name)] = shapeOfAst(type)
  const others = ast.indexSignatures.length === 0 ? "all" : shapeOfAst(ast.indexSignatures[0]!.type)
  return { fields, others }
}

/** A union of which one branch holds personal data is sealed whole; one of plain values, as null or a struct, is not. */
const shapeOfUnion = (ast: SchemaAST.Union): PersonalShape | undefined => {
  const inner = ast.types.map(shapeOfAst)
  const shapes = inner.filter((shape) => shape !== undefined)
  if (shapes.length === 0) return undefined
  if (shapes.length === 1) return shapes[0]
  return shapes.some(isMarked) ? "all" : undefined
}

const subjectFieldOf = (schema: Schema.Top | undefined) => {
  if (schema === undefined || !SchemaAST.isObjects(schema.ast)) return undefined
  for (const { name, type } of schema.ast.propertySignatures) {
    const machine = SchemaAST.resolve(type)?.subjectOf
    if (typeof machine === "string") return { field: String(name), machine }
  }
  return undefined
}
