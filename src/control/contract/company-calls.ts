import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { TryAgain } from "../../../actors/engine/engine.ts"
import type { CompanySection } from "../../../machines/company/settings.ts"
import { CompanyRefused } from "../../companies/company-actors.ts"
import type { Remains } from "../../companies/delete-company.ts"
import type { StoredCompany } from "../../companies/stored-company.ts"
import { call, fields, name, plain } from "./call.ts"

const Refusable = Schema.Union([CompanyRefused, TryAgain])
const Asking = Schema.Struct({
  ...fields(name, "by", "reason"),
  expectedVersion: Schema.optionalKey(Schema.Number)
})
const Company = plain<StoredCompany>()
const Changed = plain<{ readonly company: StoredCompany; readonly changed: ReadonlyArray<CompanySection> }>()
/** `CompanyAdmin` looks them over itself and says what is wrong. */
const Settings = Schema.Unknown

/** Of `CompanyAdmin`. */
export const companyCalls = RpcGroup.make(
  call("list", [], plain<ReadonlyArray<StoredCompany>>(), Refusable),
  call("get", [name], Company, Refusable),
  call("create", [Settings, Asking], Company, Refusable),
  call("change", [name, Settings, Asking], Changed, Refusable),
  call("suspend", [name, Asking], Company, Refusable),
  call("resume", [name, Asking], Company, Refusable),
  call("remains", [name], plain<Remains>(), Refusable),
  call("delete", [name, Asking], Company, Refusable)
).prefix("companies.")
