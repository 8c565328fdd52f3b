import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import {
  type ActorEvent,
  type ActorView,
  type Delivered,
  type EngineStatus,
  EventRefused,
  TryAgain,
  WrongVersion
} from "../../../actors/engine/engine.ts"
import { Starter } from "../../companies/start/start.ts"
import { call, fields, name, plain, typed } from "./call.ts"

const Address = Schema.Struct(fields(name, "company", "machine", "id"))

const Event = typed<ActorEvent>(
  Schema.StructWithRest(Schema.Struct({ type: name }), [Schema.Record(Schema.String, Schema.Any)])
)

const Envelope = Schema.Struct({
  principal: name,
  ...fields(Schema.optionalKey(name), "key", "causation", "correlation"),
  occurredAt: Schema.optionalKey(Schema.Number),
  expectedVersion: Schema.optionalKey(
    Schema.Union([Schema.Number, Schema.Literals(["none", "exists", "any"])])
  ),
  onlyIfTaken: Schema.optionalKey(Schema.Boolean),
  starter: Schema.optionalKey(Starter as Schema.Codec<unknown, unknown>)
})

const DeliverError = Schema.Union([EventRefused, WrongVersion, TryAgain])
const View = Schema.Union([Schema.Undefined, plain<ActorView>()])

/** Of `Engine`. */
export const engineCalls = RpcGroup.make(
  call("deliver", [Address, Event, Envelope], plain<Delivered>(), DeliverError),
  call("view", [Address], View, Schema.Union([EventRefused, TryAgain])),
  call("status", [], plain<EngineStatus>(), Schema.Never)
).prefix("engine.")
