import * as Effect from "effect/Effect"
import type { Scope } from "../../projections/query/owner-rule.ts"
import { Audit } from "../accounts/audit/audit.ts"
import type { Module, Verb } from "../accounts/permissions.ts"
import type { Principal } from "../accounts/principal.ts"
import { Companies } from "../companies/companies.ts"
import { mustBeActive as companyMustBeActive } from "../companies/must-be-active.ts"
import { Caller } from "./contract/middleware.ts"
import { refuse } from "./refusal.ts"

/**
 * How far the caller reaches in a module; who does not at all gets 403, which is audited: `lead.list` of `lead:7`.
 */
export const mayReach = (module: Module, verb: Verb, action: string, target: string) =>
  Effect.flatMap(Caller, (caller) => {
    const reach = caller.may(module, verb)
    return reach === "none"
      ? refused(caller, module, verb, action, target)
      : Effect.succeed({ caller, scope: scopeOf(caller, reach) })
  })

const scopeOf = (caller: Principal, reach: "all" | "own"): Scope =>
  reach === "all" ? { kind: "all" } : { kind: "own", user: caller.id }

const refused = Effect.fnUntraced(function* (
  caller: Principal,
  module: Module,
  verb: Verb,
  action: string,
  target: string
) {
  const audit = yield* Audit
  return { caller, scope: scopeOf(caller, yield* audit.permit(caller, module, verb, action, target)) }
})

/** As `mayReach`, where a part of it would be nothing: who reaches only their own is refused too. */
export const mayReachAll = Effect.fnUntraced(function* (
  module: Module,
  verb: Verb,
  action: string,
  target: string
) {
  const { caller, scope } = yield* mayReach(module, verb, action, target)
  if (scope.kind === "all") return caller
  const audit = yield* Audit
  return yield* audit.refuse(caller, action, target, `${module}:${verb} of all`)
})

/** Fails with 409 while the company is suspended: what is its own may be read, and not be changed. */
export const mustBeActive = (company: string) =>
  Effect.flatMap(Companies, (companies) =>
    Effect.catch(companyMustBeActive(companies, company), ({ message }) => refuse(409, message))
  )
