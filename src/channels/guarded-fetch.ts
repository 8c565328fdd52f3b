import { AsyncLocalStorage } from "node:async_hooks"
import { subscribe } from "node:diagnostics_channel"
import type { Socket } from "node:net"

/** Whether whoever asked for the request that is being made may still send it. */
const guard = new AsyncLocalStorage<() => boolean>()
const guarded = new WeakMap<object, () => boolean>()

// What Node's own fetch tells about itself, in the same turn in which it happens: this one as the request is made…
subscribe("undici:request:create", (message) => {
  const maySend = guard.getStore()
  if (maySend !== undefined) guarded.set((message as { readonly request: object }).request, maySend)
})

// … and this one right before its first byte is written. What was asked for before may be over by then: a name had to
// be found, a connection made, and this process may have stood still all the while.
subscribe("undici:client:sendHeaders", (message) => {
  const { request, socket } = message as { readonly request: object; readonly socket: Socket }
  if (guarded.get(request)?.() === false) socket.destroy(new SendingForbidden())
})

/** Nothing of the request was sent. */
export class SendingForbidden extends Error {
  readonly code = "SENDING_FORBIDDEN"
  constructor() {
    super("this process may not send it any more; nothing was sent")
  }
}

/** `fetch` that asks `maySend` at the last moment, before the first byte of a request goes out. */
export const guardedFetch =
  (maySend: () => boolean): typeof fetch =>
  (input, init) =>
    maySend() ? guard.run(maySend, () => fetch(input, init)) : Promise.reject(new SendingForbidden())
