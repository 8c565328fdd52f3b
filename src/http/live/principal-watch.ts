import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Principal } from "../../accounts/principal.ts"
import { Authentication } from "../../accounts/sessions/authentication.ts"

/** Whom a client is, and what it showed for that. */
export interface Known {
  readonly principal: Principal
  /** The `Authorization` header. */
  readonly shown: Redacted.Redacted<string>
}

/** Whether both are the same user or key at the same company. */
export const isSame = (a: Principal, b: Principal): boolean =>
  a.kind === b.kind && a.id === b.id && a.company === b.company

/** Who shows this header. */
export const know = (shown: Redacted.Redacted<string>, address: string) =>
  Effect.flatMap(Authentication, ({ authenticate }) =>
    Effect.map(authenticate(Redacted.value(shown), { address }), (principal): Known => ({ principal, shown }))
  )

/**
 * Looks again and again whether what was shown last is still good: calls `renewed` with the rights as they are then,
 * and ends when it is not. A database that does not answer changes nothing.
 */
export const watchPrincipal = (
  now: () => Known,
  { address, everyMs }: { readonly address: string; readonly everyMs: number },
  renewed: (principal: Principal) => Effect.Effect<void>
): Effect.Effect<void, never, Authentication> =>
  Effect.gen(function* () {
    while (true) {
      yield* Effect.sleep(everyMs)
      const known = now()
      const found = yield* Effect.result(know(known.shown, address))
      // Another hello came while we looked.
      if (now() !== known) continue
      if (found._tag === "Success") yield* renewed(found.success.principal)
      else if (found.failure._tag === "NotAuthenticated") return
    }
  })
