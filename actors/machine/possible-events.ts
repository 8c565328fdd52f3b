import * as SchemaAST from "effect/SchemaAST"
import type { AnyMachineSnapshot, AnyStateNode, EventObject } from "xstate"
import type { DataSchema, ListedMachine } from "../../machines/listed-machine.ts"
import type { RunningMachine } from "./running-machine.ts"

/** An event that an actor takes as it is now. */
export interface PossibleEvent {
  readonly event: string
  /** For its fields of a few fixed values, those that are taken now: `{ to: ["proposal"] }`. */
  readonly values?: Readonly<Record<string, ReadonlyArray<string | number | boolean>>>
}

type Value = string | number | boolean

/** Combinations of fixed values that are tried for one event; of a schema with more, only these are told of. */
const triesMax = 100

/** Whether the machine has a transition for this event now; one that changes nothing (`{}`) is none. */
export const takesNow = (
  { machine }: RunningMachine,
  snapshot: AnyMachineSnapshot,
  event: EventObject
): boolean => {
  if (snapshot.status !== "active") return false
  const found = machine.getTransitionData(snapshot, event) as ReadonlyArray<{
    readonly target: unknown
    readonly actions: ReadonlyArray<unknown>
  }>
  return found.some(({ target, actions }) => target !== undefined || actions.length > 0)
}

/**
 * The events that a person may send to the actor's own endpoints now, by the machine's own guards. A guard that looks at more than
 * fixed values sees made-up ones, so what it would say of real data may differ: delivering tells.
 */
export const possibleEvents = (
  { events = {}, fromPeople = Object.keys(events), sentElsewhere = [] }: ListedMachine,
  running: RunningMachine,
  snapshot: AnyMachineSnapshot
): ReadonlyArray<PossibleEvent> =>
  fromPeople.flatMap((type) => {
    const schema = events[type]
    if (schema === undefined || sentElsewhere.includes(type) || !mayHaveTransition(snapshot, type)) return []
    const { fixed, sample } = fieldsOf(schema)
    const taken = combinations(fixed).filter((values) =>
      mayTake(running, snapshot, { ...sample, ...values, type })
    )
    if (taken.length === 0) return []
    const names = Object.keys(fixed)
    if (names.length === 0) return [{ event: type }]
    const values = names.map((name) => [name, [...new Set(taken.map((each) => each[name]!))]])
    return [{ event: type, values: Object.fromEntries(values) }]
  })

/** Cheaper than asking the guards, and enough for most events. */
const mayHaveTransition = (snapshot: AnyMachineSnapshot, type: string): boolean =>
  snapshot.status === "active" &&
  snapshot._nodes.some((node) => {
    const { types, hasWildcard } = ownEventsOf(node)
    return hasWildcard || types.has(type)
  })

interface OwnEvents {
  readonly types: ReadonlySet<string>
  readonly hasWildcard: boolean
}

const knownNodes = new WeakMap<AnyStateNode, OwnEvents>()

/** XState gathers them anew at each look. */
const ownEventsOf = (node: AnyStateNode): OwnEvents => {
  const before = knownNodes.get(node)
  if (before !== undefined) return before
  const types = node.ownEvents as ReadonlyArray<string>
  const found = { types: new Set(types), hasWildcard: types.some((type) => type.endsWith("*")) }
  knownNodes.set(node, found)
  return found
}

const mayTake = (running: RunningMachine, snapshot: AnyMachineSnapshot, event: EventObject): boolean => {
  try {
    return takesNow(running, snapshot, event)
  } catch {
    // A guard that trips over made-up data shows that the event is looked for.
    return true
  }
}

interface Fields {
  readonly fixed: Readonly<Record<string, ReadonlyArray<Value>>>
  /** Something of its kind for every other field that must be there. */
  readonly sample: Readonly<Record<string, unknown>>
}

const known = new WeakMap<DataSchema, Fields>()

const fieldsOf = (schema: DataSchema): Fields => {
  const before = known.get(schema)
  if (before !== undefined) return before
  const ast = SchemaAST.toEncoded(schema.ast)
  const fixed: Record<string, ReadonlyArray<Value>> = {}
  const sample: Record<string, unknown> = {}
  for (const { name, type } of SchemaAST.isObjects(ast) ? ast.propertySignatures : []) {
    if (SchemaAST.isOptional(type)) continue
    const values = fixedValues(type)
    if (values === undefined) sample[String(name)] = sampleOf(type)
    else fixed[String(name)] = values
  }
  const fields = { fixed, sample }
  known.set(schema, fields)
  return fields
}

/** The values of a field that can only have one of a few. */
const fixedValues = (ast: SchemaAST.AST): ReadonlyArray<Value> | undefined => {
  const types = SchemaAST.isUnion(ast) ? ast.types : [ast]
  const values = types.flatMap((type) =>
    SchemaAST.isLiteral(type) && typeof type.literal !== "bigint" ? [type.literal] : []
  )
  return values.length === types.length ? values : undefined
}

const sampleOf = (ast: SchemaAST.AST): unknown => {
  if (SchemaAST.isString(ast)) return ""
  if (SchemaAST.isNumber(ast)) return 0
  if (SchemaAST.isBoolean(ast)) return false
  if (SchemaAST.isArrays(ast)) return []
  return SchemaAST.isObjects(ast) ? {} : null
}

const combinations = (fixed: Fields["fixed"]): ReadonlyArray<Readonly<Record<string, Value>>> =>
  Object.entries(fixed).reduce<ReadonlyArray<Readonly<Record<string, Value>>>>(
    (before, [name, values]) =>
      before.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))).slice(0, triesMax),
    [{}]
  )
