import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { type AnchorReach, ImportRefused } from "../../../eventstore/proof/seal-store.ts"
import { bytes, call, count, fields, most, mostLinks, name, plain } from "./call.ts"
import { StagedEvent } from "./store-calls.ts"

const Seal = Schema.Struct({
  ...fields(Schema.Number, "number", "sealedAt"),
  ...{ frontier: bytes, note: name }
})
const LastSeal = Schema.Struct({ seal: Schema.UndefinedOr(Seal), now: Schema.Number })
const Reaches = Schema.Array(
  Schema.Struct({
    ...fields(Schema.Number, "seal", "partition", "position"),
    ...{ company: name, frontier: bytes }
  })
)
const Refusable = Schema.Union([StoreUnavailable, ImportRefused])

/** Of `SealStore`; nothing here seals or anchors. */
export const sealCalls = RpcGroup.make(
  call("readChain", [name, count, count, most], bytes, StoreUnavailable),
  call("readLinks", [name, count, count, mostLinks], bytes, StoreUnavailable),
  call("lastSeal", [], LastSeal, StoreUnavailable),
  call("seals", [count, most], Schema.Array(Seal), StoreUnavailable),
  call("sealedPartitions", [count, count], Reaches, StoreUnavailable),
  call("sealedBy", [count], Reaches, StoreUnavailable),
  call("installation", [], Schema.String, StoreUnavailable),
  call("anchors", [], plain<ReadonlyArray<AnchorReach>>(), StoreUnavailable),
  call("stageEvents", [Schema.Array(StagedEvent)], Schema.Void, StoreUnavailable),
  call("dropStaged", [name], Schema.Void, StoreUnavailable),
  call("finishImport", [name, Schema.Array(count)], Schema.Void, Refusable)
).prefix("seals.")
