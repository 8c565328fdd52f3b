import type * as Schema from "effect/Schema"
import type { AnyActorRef, AnyStateMachine } from "xstate"

/** A schema of plain data: decodes without services. */
export type DataSchema = Schema.Codec<unknown, unknown, never, never>

/** The data of a stored event: a JSON object. */
// biome-ignore lint/suspicious/noExplicitAny: upcasters know the shape of what they turn; the engine does not
export type PlainData = any

/** A part of the permission matrix (`src/accounts/permissions.ts`) that a machine or a read model can belong to. */
export type ModuleName =
  | "hunter"
  | "sdr"
  | "crm"
  | "contracts"
  | "projects"
  | "finance"
  | "inventory"
  | "suppliers"
  | "quotes"
  | "contentStudio"
  | "socialScheduler"
  | "hrAndAgents"
  | "intelligenceFeed"
  | "analytics"
  | "conversations"
  | "settings"

type Schemas<Name extends string = string> = Readonly<Record<Name, DataSchema>>

/**
 * A machine on the list. Only `machine` is needed; its `id` names it in addresses and its `version` is the
 * declared part of the version that the stream records.
 */
export interface ListedMachine<EventName extends string = string> {
  readonly machine: AnyStateMachine
  /**
   * The URL of a module that all of its code is reached from, mostly `import.meta.url`: its version covers that module and
   * all that it imports by a relative path. Without it the version does not see what the machine's functions call.
   */
  readonly source?: string
  /** What `ActorStarted` carries as input. */
  readonly input?: DataSchema
  /** The events that may be delivered from outside, by type. With no list, every event may. */
  readonly events?: Schemas<EventName>
  /** What a list of its actors is called in the API; default its id with an s. Small letters and hyphens. */
  readonly plural?: string
  /** Which of `events` a person may send through the API; default all of them. */
  readonly fromPeople?: ReadonlyArray<EventName>
  /** Which of `fromPeople` an endpoint of its own sends, so that the machine's endpoints don't. */
  readonly sentElsewhere?: ReadonlyArray<EventName>
  /** `false`: the API makes no endpoints of it. */
  readonly api?: false
  /** The part of the permission matrix that it belongs to; default `crm`. */
  readonly module?: ModuleName
  /** Its actors have the ids of persons, and what people write into `email` and `phone` of this event they are known by. */
  readonly knownBy?: EventName
  /** The domain facts that the machine emits, by type. */
  readonly emitted?: Schemas
  /** The jobs that the machine asks for, by name: what they get and what they give. */
  readonly jobs?: Readonly<Record<string, { readonly input: DataSchema; readonly output: DataSchema }>>
  /**
   * How old data of an event type becomes present data: the first function turns schema version 1 into 2, and so on.
   * A changed meaning is a new event instead.
   */
  readonly upcasters?: Readonly<Record<string, ReadonlyArray<(data: PlainData) => PlainData>>>
  /** Older versions, each under another declared one, whose running actors keep them. */
  readonly previous?: ReadonlyArray<AnyStateMachine>
  /** Turns the persisted state of an older version into one of this one; without it the state must fit as it is. */
  readonly migrate?: (state: unknown, fromVersion: string) => unknown
}

/**
 * The target of a `sendTo`: another actor of the same company.
 * `sendTo(({ context }) => actorAt("lead", context.leadId), { type: "MeetingBooked" })`
 */
export const actorAt = (machine: string, id: string): AnyActorRef =>
  // A plain object: outside the engine (an interpreter, a test) what is sent to it goes nowhere.
  ({
    id: `${machine}/${id}`,
    sessionId: `${machine}/${id}`,
    address: { machine, id },
    send() {},
    _send() {}
  }) as never
