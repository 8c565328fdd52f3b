import { randomBytes } from "node:crypto"
import type * as Redacted from "effect/Redacted"

/** Who gets in by a ticket: what the `Authorization` header was. */
export type TicketHolder = Redacted.Redacted<string>

/** For browsers' EventSource, which can't send headers: a ticket is shown once, within its short life. */
export interface Tickets {
  /** Undefined when there are too many. */
  readonly issue: (holder: TicketHolder) => string | undefined
  /** Undefined for one that nobody issued, has been used or is too old. */
  readonly use: (ticket: string) => TicketHolder | undefined
}

/** Tickets of this process. `now` is in ms. */
export const makeTickets = (now: () => number, lifeMs: number, most: number): Tickets => {
  const open = new Map<string, { readonly holder: TicketHolder; readonly until: number }>()
  const forgetOld = () => {
    // In the order of their issue, so the old ones stand first.
    for (const [ticket, { until }] of open) {
      if (until > now()) return
      open.delete(ticket)
    }
  }
  return {
    issue: (holder) => {
      forgetOld()
      if (open.size >= most) return undefined
      const ticket = randomBytes(32).toString("base64url")
      open.set(ticket, { holder, until: now() + lifeMs })
      return ticket
    },
    use: (ticket) => {
      forgetOld()
      const found = open.get(ticket)
      open.delete(ticket)
      return found?.holder
    }
  }
}
