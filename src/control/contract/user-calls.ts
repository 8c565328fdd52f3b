import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { AccountRefused, NotFound, TooManyTries } from "../../accounts/account-errors.ts"
import type { ListedUser } from "../../accounts/people/users.ts"
import { call, fields, name, plain } from "./call.ts"

const secret = Schema.Redacted(name)
const roles = Schema.Array(name)
const New = Schema.Struct({ ...fields(name, "email", "name"), roles, password: secret })
const Invite = Schema.Struct({ email: name, roles, validMs: Schema.optionalKey(Schema.Number) })
const Invited = Schema.Struct({ id: name, token: secret, expiresAt: Schema.Number })
const Made = Schema.Struct({ id: name, isNew: Schema.Boolean })
const state = Schema.Literals(["active", "suspended"])

const refusable = [StoreUnavailable, AccountRefused] as const
const Hashing = Schema.Union([...refusable, TooManyTries])
const Setting = Schema.Union([...refusable, TooManyTries, NotFound])

/** Of `Operator`. Passwords and tokens go in the clear. */
export const userCalls = RpcGroup.make(
  call("list", [name, Schema.optional(name)], plain<ReadonlyArray<ListedUser>>(), StoreUnavailable),
  call("invite", [name, Invite, name], Invited, Schema.Union(refusable)),
  call("createUser", [name, New, name], Made, Hashing),
  call("setPassword", [name, secret, name], Schema.Void, Setting),
  call("setState", [name, state, name], Schema.Void, Schema.Union([StoreUnavailable, NotFound])),
  call("rotateTokenKey", [Schema.Boolean, name], name, StoreUnavailable)
).prefix("users.")
