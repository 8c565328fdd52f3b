import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { LiveClose } from "./live-closes.ts"

/** A socket or a stream that is open. */
export interface LiveClient {
  readonly close: (why: LiveClose) => void
}

/** What a company may have of all that is open; the rest is for the others. */
const companyShare = 0.75

/** All that is open, so that it can be counted and closed. */
export class LiveClients extends Context.Service<
  LiveClients,
  {
    /** False when there are too many. */
    readonly enter: (client: LiveClient) => boolean
    /** Once it is known whose it is; false when the company has its share, three quarters of all, open already. */
    readonly join: (client: LiveClient, company: string) => boolean
    readonly leave: (client: LiveClient) => void
    readonly count: () => number
    /** The server stops: nobody comes in any more, and all go. */
    readonly closeAll: () => void
  }
>()("centurion/http/live/LiveClients") {
  /** For so many at once. */
  static readonly layer = (most: number) =>
    Layer.sync(LiveClients, () => {
      const open = new Map<LiveClient, string | undefined>()
      const companyMost = Math.ceil(most * companyShare)
      const countOf = (company: string) => [...open.values()].filter((of) => of === company).length
      let stopped = false
      return LiveClients.of({
        enter: (client) => {
          if (stopped || open.size >= most) return false
          open.set(client, undefined)
          return true
        },
        join: (client, company) => {
          if (countOf(company) >= companyMost) return false
          open.set(client, company)
          return true
        },
        leave: (client) => void open.delete(client),
        count: () => open.size,
        closeAll: () => {
          stopped = true
          for (const client of [...open.keys()]) client.close("restart")
        }
      })
    })
}
