import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import type { JsonObject } from "../../../eventstore/database/json.ts"
import { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { bytes, call, count, fields, maybeName, most, name, plain } from "./call.ts"

const number = Schema.Number
const maybeBytes = Schema.NullOr(bytes)
const kind = Schema.Literals(["input", "emitted"])
const jobState = Schema.Literals(["pending", "attempting", "unknown", "failed"])
const StoredText = Schema.Union([name, Schema.Struct({ keyId: name, bytes })])
const data = plain<JsonObject>()

const Partition = Schema.Struct({
  ...fields(number, "partition", "epoch", "position", "recordedAt"),
  ...{ company: name, owner: maybeName, alive: Schema.Boolean, head: bytes }
})

/** In the order in which commands show them. */
const eventFields = {
  ...{ company: name, partition: number, position: number, stream: name, version: number, kind, type: name },
  ...{ schemaVersion: number, data, dataText: name, sealed: maybeBytes, sealedHash: maybeBytes },
  ...{ keyId: maybeName, occurredAt: number, recordedAt: number, causation: maybeName },
  ...{ correlation: maybeName, principal: name, machineVersion: name, payloadHash: bytes, link: bytes },
  withheld: Schema.optionalKey(Schema.Literals(["erased", "locked", "broken"]))
}
const Events = Schema.Array(Schema.Struct(eventFields))
const { data: _, ...stagedFields } = eventFields
/** An event on its way into an import. */
export const StagedEvent = Schema.Struct(stagedFields)

const jobs = <Input extends Schema.Top, Text extends Schema.Top>(input: Input, message: Text) =>
  Schema.Array(
    Schema.Struct({
      ...{ company: name, partition: number, ...fields(name, "stream", "job", "name"), child: maybeName },
      ...{ input, state: jobState, attempts: number, firstAttemptAt: Schema.NullOr(number), dueAt: number },
      ...{ reason: maybeName, message: Schema.NullOr(message), askedAt: number }
    })
  )

const Wrapped = Schema.Struct({ bytes, masterId: name })
const Actor = Schema.Struct({
  ...fields(name, "company", "stream"),
  snapshot: Schema.UndefinedOr(Schema.Struct({ version: number, machineVersion: name, state: StoredText })),
  subject: Schema.UndefinedOr(
    Schema.Struct({ ...fields(name, "company", "subject", "keyId"), wrapped: Schema.NullOr(Wrapped) })
  ),
  events: Schema.Array(
    Schema.Struct({
      ...fields(number, "version", "schemaVersion", "recordedAt"),
      ...{ kind, type: name, data, sealed: maybeBytes, keyId: maybeName, machineVersion: name }
    })
  )
})

const stoppedStatus = Schema.Literals(["error", "parked"])
const stoppedOrder = Schema.Literals(["retry", "move", "close"])
const Stopped = Schema.Struct({
  ...{ company: name, partition: number, stream: name, status: stoppedStatus, reason: name },
  ...{ message: maybeName, version: number, machineVersion: name, since: number },
  ...{ asked: Schema.NullOr(stoppedOrder), askedBy: maybeName, askedWhy: maybeName }
})

const streamArgs = [name, name, count, most] as const
const partitionArgs = [name, count, count, most] as const
const jobsArgs = [maybeName, Schema.NullOr(jobState), most] as const
const jobArgs = [name, name, name] as const
const names = Schema.Array(name)

/** Of `EventStore`; nothing here appends. */
export const storeCalls = RpcGroup.make(
  call("now", [], number, StoreUnavailable),
  call("partitions", [Schema.optional(name)], Schema.Array(Partition), StoreUnavailable),
  call("readStream", streamArgs, Events, StoreUnavailable),
  call("readPartition", partitionArgs, Events, StoreUnavailable),
  call("loadActors", [names, names], Schema.Array(Actor), StoreUnavailable),
  call("listJobs", jobsArgs, jobs(StoredText, StoredText), StoreUnavailable),
  call("retryJob", jobArgs, Schema.Boolean, StoreUnavailable),
  call("dropJob", jobArgs, Schema.Boolean, StoreUnavailable),
  call(
    "listStopped",
    [maybeName, Schema.NullOr(stoppedStatus), most],
    Schema.Array(Stopped),
    StoreUnavailable
  ),
  call("askStopped", [name, name, stoppedOrder, name, name], Schema.Boolean, StoreUnavailable)
).prefix("store.")

/** Of `History`, which is opened there; the keys of jobs never leave that process. */
export const historyCalls = RpcGroup.make(
  call("readStream", streamArgs, Events, StoreUnavailable),
  call("readPartition", partitionArgs, Events, StoreUnavailable),
  call("listJobs", jobsArgs, jobs(Schema.UndefinedOr(name), name), StoreUnavailable)
).prefix("history.")
