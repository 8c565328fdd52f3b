import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { LiveClose } from "./live-closes.ts"

/** A socket or a stream that is open. */
export interface LiveClient {
  readonly close: (why: LiveClose) => void
}

/** All that is open, so that it can be counted and closed. */
export class LiveClients extends Context.Service<
  LiveClients,
  {
    /** False when there are too many. */
    readonly enter: (client: LiveClient) => boolean
    readonly leave: (client: LiveClient) => void
    readonly count: () => number
    /** The server stops: nobody comes in any more, and all go. */
    readonly closeAll: () => void
  }
>()("centurion/http/live/LiveClients") {
  /** For so many at once. */
  static readonly layer = (most: number) =>
    Layer.sync(LiveClients, () => {
      const open = new Set<LiveClient>()
      let stopped = false
      return LiveClients.of({
        enter: (client) => {
          if (stopped || open.size >= most) return false
          open.add(client)
          return true
        },
        leave: (client) => void open.delete(client),
        count: () => open.size,
        closeAll: () => {
          stopped = true
          for (const client of [...open]) client.close("restart")
        }
      })
    })
}
