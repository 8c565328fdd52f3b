import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type { PersonalShape } from "../../eventstore/personal/personal-data.ts"
import type { ListedMachine } from "../../machines/listed-machine.ts"

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
  const schemasOfJobs = Object.values(jobs ?? {}).flatMap((job) => [job.input, job.output])
  const any =
    events === undefined || [input, ...Object.values({ ...events, ...emitted }), ...schemasOfJobs].some(marks)
  const unknown: PersonalShape | undefined = events === undefined ? "all" : { others: "all" }
  const subject = subjectFieldOf(input)
  const ofEngine: Readonly<Record<string, (data: { readonly name?: unknown }) => PersonalShape | undefined>> =
    {
      ActorStarted: () => ({ fields: { input: inputShape } }),
      ActorMigrated: () => ({ fields: { state: "all" } }),
      ActorClosed: () => ({ fields: { state: "all" } }),
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

const marks = (schema: Schema.Top | undefined): boolean => schema !== undefined && holdsMark(schema.ast)

type Annotations = Schema.Annotations.Annotations

/** What a schema is annotated with, wherever a later check or key left it. */
const annotationsOf = ({ annotations, checks, context }: SchemaAST.AST): ReadonlyArray<Annotations> => [
  ...(annotations === undefined ? [] : [annotations]),
  ...(context?.annotations === undefined ? [] : [context.annotations]),
  ...(checks ?? []).flatMap(annotationsOfCheck)
]

const annotationsOfCheck = (check: SchemaAST.Check<unknown>): ReadonlyArray<Annotations> => [
  ...(check.annotations === undefined ? [] : [check.annotations]),
  ...(check._tag === "FilterGroup" ? check.checks.flatMap(annotationsOfCheck) : [])
]

const isPersonal = (ast: SchemaAST.AST): boolean =>
  annotationsOf(ast).some((annotations) => annotations.personal === true)

/** Whether it, or anything within it, on the way in or out, is marked. */
const holdsMark = (ast: SchemaAST.AST, seen: Set<SchemaAST.AST> = new Set()): boolean => {
  if (seen.has(ast)) return false
  seen.add(ast)
  return isPersonal(ast) || innerOf(ast).some((inner) => holdsMark(inner, seen))
}

const innerOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> => {
  const encoded = (ast.encoding ?? []).map(({ to }) => to)
  if (SchemaAST.isObjects(ast)) {
    const fields = ast.propertySignatures.map(({ type }) => type)
    return [...encoded, ...fields, ...ast.indexSignatures.flatMap(({ parameter, type }) => [parameter, type])]
  }
  if (SchemaAST.isArrays(ast)) return [...encoded, ...ast.elements, ...ast.rest]
  if (SchemaAST.isUnion(ast)) return [...encoded, ...ast.types]
  if (SchemaAST.isSuspend(ast)) return [...encoded, ast.thunk()]
  if (SchemaAST.isDeclaration(ast)) return [...encoded, ...ast.typeParameters]
  return SchemaAST.isTemplateLiteral(ast) ? [...encoded, ...ast.parts] : encoded
}

/** What is stored of these has another shape than they have, or one without end: all of it, as soon as any of it. */
const isOfOtherShape = (ast: SchemaAST.AST): boolean =>
  ast.encoding !== undefined ||
  SchemaAST.isSuspend(ast) ||
  SchemaAST.isDeclaration(ast) ||
  SchemaAST.isTemplateLiteral(ast)

const shapeOfAst = (ast: SchemaAST.AST): PersonalShape | undefined => {
  if (isPersonal(ast) || (isOfOtherShape(ast) && holdsMark(ast))) return "all"
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
  // A key can't stand empty in its place.
  if (ast.indexSignatures.some(({ parameter }) => holdsMark(parameter))) return "all"
  const fields: { [key: string]: PersonalShape | undefined } = {}
  for (const { name, type } of ast.propertySignatures) fields[String(name)] = shapeOfAst(type)
  return { fields, others: shapeOfOthers(ast.indexSignatures.map(({ type }) => type)) }
}

const shapeOfOthers = (types: ReadonlyArray<SchemaAST.AST>): PersonalShape | undefined => {
  if (types.length === 0) return "all"
  if (types.length === 1) return shapeOfAst(types[0]!)
  return types.some((type) => holdsMark(type)) ? "all" : undefined
}

/** A union of which one branch holds personal data is sealed whole; one of plain values, as null or a struct, is not. */
const shapeOfUnion = (ast: SchemaAST.Union): PersonalShape | undefined => {
  const shapes = ast.types.map(shapeOfAst).filter((shape) => shape !== undefined)
  if (shapes.length <= 1) return shapes[0]
  const plain = shapes.filter((shape) => shape !== "all")
  if (ast.types.some((type) => holdsMark(type)) || plain.length < shapes.length) return "all"
  const { elements } = plain.find((shape) => shape.elements !== undefined) ?? {}
  return {
    // What one branch knows is known; what none does is personal, as it is anywhere.
    fields: Object.assign({}, ...plain.map(({ fields }) => fields)),
    others: plain.every(({ others }) => others === "all") ? "all" : undefined,
    ...(elements === undefined ? {} : { elements })
  }
}

const subjectFieldOf = (schema: Schema.Top | undefined) => {
  if (schema === undefined) return undefined
  const stored = SchemaAST.isObjects(schema.ast) ? schema.ast : SchemaAST.toEncoded(schema.ast)
  if (!SchemaAST.isObjects(stored)) return undefined
  for (const { name, type } of stored.propertySignatures) {
    const machine = annotationsOf(type).find(({ subjectOf }) => typeof subjectOf === "string")?.subjectOf
    if (machine !== undefined) return { field: String(name), machine }
  }
  return undefined
}
