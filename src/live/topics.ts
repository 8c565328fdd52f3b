import { machines } from "../../machines/index.ts"
import { readModels } from "../../projections/index.ts"
import type { ReadModel } from "../../projections/read-model.ts"
import type { Module } from "../accounts/permissions.ts"
import { type MachineResource, machineResource } from "../resources/machine-resource.ts"
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
  readonly model: ReadModel
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

/** What the API makes of each machine: its name, its module, its rows. */
const resources = machines.map((listed) => machineResource(listed, readModels))

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
      const resource = resources.find((each) => each.plural === plural)
      return resource === undefined ? undefined : boardTopic(`board:${plural}`, resource)
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

const boardTopic = (topic: string, { machine, module, rows }: MachineResource): EventTopic | undefined =>
  rows === undefined
    ? undefined
    : { carries: "events", topic, module, follows: { machine }, model: rows.readModel }

const streamTopic = (topic: string, machine: string, id: string): EventTopic | undefined => {
  const resource = resources.find((each) => each.machine === machine)
  return resource?.rows === undefined
    ? undefined
    : {
        carries: "events",
        topic,
        module: resource.module,
        follows: { stream: `${machine}/${id}` },
        model: resource.rows.readModel
      }
}
