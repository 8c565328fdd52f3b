import { machines } from "../../machines/index.ts"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import { readModels } from "../../projections/index.ts"
import type { ReadModel } from "../../projections/read-model.ts"
import { type Module, modules } from "../accounts/permissions.ts"
import { companyCounters } from "./company-counters.ts"
import { engineValue } from "./engine-value.ts"
import { liveLimits } from "./live-limits.ts"
import type { LiveValue } from "./live-value.ts"

interface AnyTopic {
  /** As clients write it: `conversation:7f3`. */
  readonly topic: string
  /** Who may read this module may follow it. */
  readonly module: Module
}

/** Events, each with a cursor: of one stream, or of all actors of a machine with their rows. */
export interface EventTopic extends AnyTopic {
  readonly carries: "events"
  readonly follows: { readonly stream: string } | { readonly machine: string }
  /** Where the rows are, and by them the owner: who reads own rows only sees no other events. */
  readonly model: ReadModel | undefined
}

/** A value that is sent whole. Only for those who may read all of the module. */
export interface ValueTopic extends AnyTopic {
  readonly carries: "values"
  readonly value: LiveValue
}

/** What can be followed. */
export type Topic = EventTopic | ValueTopic

/** A kind of topic: one entry of the list. */
export interface TopicKind {
  /** What stands before the colon, or the whole name. */
  readonly name: string
  readonly example: string
  readonly about: string
  /** What is followed under this name; `rest` stands behind the colon, undefined without one. */
  readonly find: (rest: string | undefined) => Topic | undefined
}

/** The topics that there are; a new one is an entry here. */
export const topics: ReadonlyArray<TopicKind> = [
  {
    name: "conversation",
    example: "conversation:7f3a",
    about: "Every event of one conversation; its cursor counts its events, `start` is before the first.",
    find: (id) => (id === undefined ? undefined : streamTopic(`conversation:${id}`, "conversation", id))
  },
  {
    name: "board",
    example: "board:deals",
    about: "Every event of all actors of a machine, each with the actor's row as it is then.",
    find: (plural) => {
      const listed = machines.find((each) => pluralOf(each) === plural)
      return listed === undefined ? undefined : boardTopic(`board:${plural}`, listed)
    }
  },
  {
    name: "counters",
    example: "counters",
    about: "How many leads, conversations and deals are in which state, and today's messages and costs.",
    find: (rest) =>
      rest === undefined
        ? { carries: "values", topic: "counters", module: "analytics", value: companyCounters }
        : undefined
  },
  {
    name: "engine",
    example: "engine",
    about: `The engine's status, every ${liveLimits.engineEveryMs / 1000} s.`,
    find: (rest) =>
      rest === undefined
        ? { carries: "values", topic: "engine", module: "engine", value: engineValue }
        : undefined
  }
]

const topicShape = /^([a-z]{1,30})(?::([A-Za-z0-9._:@+=-]{1,200}))?$/

/** The topic that a client names; undefined when there is none such. Whether it may be followed is another question. */
export const findTopic = (text: string): Topic | undefined => {
  const [, name, rest] = topicShape.exec(text) ?? []
  return topics.find((each) => each.name === name)?.find(rest)
}

/** What a machine's list is called. */
export const pluralOf = ({ machine, plural }: ListedMachine): string => plural ?? `${machine.id}s`

/** The read model that has one row for each actor of the machine. */
const modelOf = (machine: string): ReadModel | undefined =>
  readModels.find(
    ({ machines: of, key }) =>
      of?.length === 1 && of[0] === machine && key.length === 1 && key[0] === `${machine}_id`
  )

const moduleOf = ({ machine, module = "crm" }: ListedMachine): Module | undefined =>
  machine.id === "conversation"
    ? "conversations"
    : modules.find((each) => each.toLowerCase() === module.toLowerCase())

const boardTopic = (topic: string, listed: ListedMachine): EventTopic | undefined => {
  const module = moduleOf(listed)
  const machine = listed.machine.id
  return module === undefined
    ? undefined
    : { carries: "events", topic, module, follows: { machine }, model: modelOf(machine) }
}

const streamTopic = (topic: string, machine: string, id: string): EventTopic | undefined => {
  const listed = machines.find((each) => each.machine.id === machine)
  const module = listed === undefined ? undefined : moduleOf(listed)
  return module === undefined
    ? undefined
    : { carries: "events", topic, module, follows: { stream: `${machine}/${id}` }, model: modelOf(machine) }
}
