import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { createMachine } from "xstate"
import type { JsonObject } from "../../eventstore/database/json.ts"
import { schemaVersionOf, type Upcasters } from "../../eventstore/log/upcast.ts"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import { type ActorEvent, EventRefused } from "../engine/engine.ts"
import { checkMachine } from "./check-machine.ts"
import type { Finding } from "./machine-finding.ts"
import { type PersonalShapes, personalShapes } from "./personal-shape.ts"
import { type ListedVersions, type RunningMachine, versionsOf } from "./running-machine.ts"

/** Names of the engine's own events; nothing from outside may carry them. */
export const engineEvents = [
  "ActorStarted",
  "ActorMigrated",
  "JobSucceeded",
  "JobFailed",
  "TimerFired",
  "SubjectErased",
  "ActorClosed"
] as const

/** A machine of the list in all its versions. */
export interface RegisteredMachine {
  readonly listed: ListedMachine
  readonly current: RunningMachine
  /** By full version, the current one included. */
  readonly versions: ListedVersions
  readonly upcasters: Upcasters
  readonly schemaVersion: (type: string) => number
  /** What of its data is personal, and about whom. */
  readonly personal: PersonalShapes
  /** The data as it is stored; fails with what is wrong and where. */
  readonly accept: (event: ActorEvent) => Result.Result<JsonObject, EventRefused>
  /** What is wrong with a fact that the machine draws, and where; undefined when it is as declared. */
  readonly wrongFact: (fact: ActorEvent) => string | undefined
}

export type MachineRegistry = ReadonlyMap<string, RegisteredMachine>

/** A machine of the list can't be made durable; `message` names each place and the way out. */
export class MachineRefused extends Schema.TaggedError<MachineRefused>()("MachineRefused", {
  machine: Schema.String,
  message: Schema.String
}) {}

const sentence = (finding: Finding) => `  ${finding.place}: ${finding.what}. ${finding.wayOut}`

/** Checks every machine and makes it ready; warnings go to `warn`, one sentence each. */
export const registerMachines = (
  list: ReadonlyArray<ListedMachine>,
  handlerNames: ReadonlyArray<string>,
  warn: (message: string) => void
): Result.Result<MachineRegistry, MachineRefused> => {
  const registry = new Map<string, RegisteredMachine>()
  for (const listed of list) {
    const name = listed.machine.id
    const { refused, warned } = checkMachine(listed, handlerNames)
    if (refused.length > 0) {
      const message = `machine "${name}" can't be made durable:\n${refused.map(sentence).join("\n")}`
      return Result.fail(new MachineRefused({ machine: name, message }))
    }
    if (registry.has(name)) {
      return Result.fail(new MachineRefused({ machine: name, message: `two machines are called "${name}"` }))
    }
    for (const finding of warned) warn(sentence(finding))
    registry.set(name, register(listed))
  }
  return Result.succeed(registry)
}

const register = (listed: ListedMachine): RegisteredMachine => {
  const { current, all } = versionsOf(listed)
  const upcasters = listed.upcasters ?? {}
  return {
    listed,
    current,
    versions: all,
    upcasters,
    schemaVersion: (type) => schemaVersionOf(upcasters, type),
    personal: personalShapes(listed),
    accept: acceptor(listed),
    wrongFact: factChecker(listed)
  }
}

/** Stands in for a machine that is not listed any more: an actor of it can still be erased, and nothing else. */
export const absentMachine = (name: string): RegisteredMachine =>
  register({ machine: createMachine({ id: name, version: "unlisted" }) })

/** Names places and never values: what is wrong may be what a person wrote. */
export const factChecker = ({ machine, emitted }: ListedMachine): RegisteredMachine["wrongFact"] => {
  if (emitted === undefined) return () => undefined
  const decoders = new Map(
    Object.entries(emitted).map(([type, schema]) => [type, Schema.decodeUnknownResult(schema)])
  )
  return ({ type, ...data }) => {
    const decode = decoders.get(type)
    if (decode === undefined)
      return `${machine.id} draws the fact ${type}, which its \`emitted\` does not declare`
    // As it will be stored: there, what is undefined is not there.
    if (Result.isSuccess(decode(data))) return undefined
    const decoded = decode(JSON.parse(JSON.stringify(data)))
    return Result.isSuccess(decoded)
      ? undefined
      : `${machine.id} draws a ${type} that is not as \`emitted\` declares it: ${placesOf(decoded.failure.issue).join(", ")}`
  }
}

/** `lines[2].text` of each leaf of the issue; `the whole` when it has no place. */
const placesOf = (issue: SchemaIssue.Issue): ReadonlyArray<string> => [
  ...new Set(
    SchemaIssue.makeFormatterStandardSchemaV1()(issue).issues.map(({ path = [] }) =>
      path.length === 0
        ? "the whole"
        : path
            .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
            .join("")
            .replace(/^\./, "")
    )
  )
]

const acceptor = (listed: ListedMachine) => {
  const name = listed.machine.id
  const decoders = new Map(
    Object.entries(listed.events ?? {}).map(([type, schema]) => [type, Schema.decodeUnknownResult(schema)])
  )
  const refuse = (reason: "unknownEvent" | "wrongData", message: string) =>
    Result.fail(new EventRefused({ reason, message }))
  return ({ type, ...data }: ActorEvent) => {
    if (
      (engineEvents as ReadonlyArray<string>).includes(type) ||
      type.startsWith("xstate.") ||
      type === "*"
    ) {
      return refuse("unknownEvent", `${type} is the engine's own event and can't be delivered`)
    }
    if (listed.events === undefined) return Result.succeed(data as JsonObject)
    const decode = decoders.get(type)
    if (decode === undefined) {
      return refuse(
        "unknownEvent",
        `${name} knows no event ${type}; it knows ${[...decoders.keys()].join(", ")}`
      )
    }
    const decoded = decode(data)
    return Result.isFailure(decoded)
      ? refuse("wrongData", `${name} ${type}: ${decoded.failure.message}`)
      : Result.succeed(data as JsonObject)
  }
}
