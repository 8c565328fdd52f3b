import { connect } from "node:net"

/** A connection that is kept, and asks one thing after the other. */
export interface HttpConnection {
  /** The body of the answer; fails when it is not 200. */
  readonly get: (path: string) => Promise<Buffer>
  readonly close: () => void
}

const headEnd = "\r\n\r\n"

/** By the bytes alone: a client that takes every answer apart would take the machine that is measured. */
export const openConnection = (url: string, authorization: string): Promise<HttpConnection> =>
  new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    let received: Buffer = Buffer.alloc(0)
    let asked:
      | { readonly resolve: (body: Buffer) => void; readonly reject: (error: Error) => void }
      | undefined
    const fail = (error: Error) => {
      reject(error)
      asked?.reject(error)
    }
    socket.once("error", fail)
    socket.once("close", () => fail(new Error("the server closed the connection")))
    socket.once("connect", () =>
      resolve({
        get: (path) =>
          new Promise((answered, refused) => {
            asked = { resolve: answered, reject: refused }
            socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${authorization}${headEnd}`)
          }),
        close: () => socket.destroy()
      })
    )
    socket.on("data", (bytes: Buffer) => {
      received = received.length === 0 ? bytes : Buffer.concat([received, bytes])
      const end = received.indexOf(headEnd)
      if (end < 0) return
      const head = received.toString("latin1", 0, end)
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
      if (Number.isNaN(length)) return fail(new Error("an answer does not say how long it is"))
      const begin = end + headEnd.length
      if (received.length < begin + length) return
      const body = received.subarray(begin)
      received = Buffer.alloc(0)
      if (head.startsWith("HTTP/1.1 200 ")) asked?.resolve(body)
      else asked?.reject(new Error(`an answer was ${head.split("\r\n")[0]}: ${body}`))
    })
  })
