import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { WrongMasterKey } from "../../../eventstore/personal/secrets.ts"
import {
  type LegalHold,
  type StoredErasure,
  type StreamCopies,
  SubjectRefused
} from "../../../eventstore/personal/subject-store.ts"
import { call, fields, maybeName, most, name, plain } from "./call.ts"

const Refusable = Schema.Union([StoreUnavailable, SubjectRefused])
const Hold = Schema.Struct(fields(name, "company", "subject", "by", "reason"))
const Erasure = Schema.Struct(fields(name, "company", "erasure", "subject", "by", "reason"))
const Copies = plain<ReadonlyArray<StreamCopies>>()
const Erasures = plain<ReadonlyArray<StoredErasure>>()

/** Of `SubjectStore`. */
export const subjectCalls = RpcGroup.make(
  call("subjectOf", [name, name], maybeName, StoreUnavailable),
  call("copiesOf", [name, name], Copies, StoreUnavailable),
  call("requestErasure", [Erasure], name, Refusable),
  call("erasures", [maybeName, Schema.Boolean, most], Erasures, StoreUnavailable),
  call("setHold", [Hold], Schema.Void, Refusable),
  call("releaseHold", [name, name], Schema.Boolean, StoreUnavailable),
  call("holds", [maybeName], plain<ReadonlyArray<LegalHold>>(), StoreUnavailable)
).prefix("subjects.")

/** Of `Contacts`. */
export const contactCalls = RpcGroup.make(
  call(
    "subjectOf",
    [name, Schema.Struct(fields(name, "kind", "value"))],
    Schema.UndefinedOr(name),
    Schema.Union([StoreUnavailable, WrongMasterKey])
  )
).prefix("contacts.")
