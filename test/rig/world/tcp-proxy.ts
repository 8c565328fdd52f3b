import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** A wire between two programs that can go wrong in the ways that wires do. */
export interface TcpProxy {
  readonly port: number
  /** Both sides of every connection are told at once that it is gone. */
  readonly cut: () => void
  /** Every piece of data takes so much longer, both ways. */
  readonly delay: (ms: number) => void
  /** Nothing passes, and nobody is told; what was on its way arrives when it is over. */
  readonly hold: (on: boolean) => void
  /** The far side is gone from every connection there is now, and the near side does not hear of it. */
  readonly halfOpen: () => void
  /** From now on, a connection on which these bytes go out stands still until `bytes` is undefined. */
  readonly holdWhere: (bytes: string | undefined) => void
  /** This share of answers is lost together with the connection that it came by. */
  readonly loseAnswers: (share: number) => void
  readonly connections: () => number
  readonly close: () => Promise<void>
}

/** What the whole proxy does at the moment. */
interface Weather {
  delayMs: number
  held: boolean
  heldBytes: string | undefined
  lostShare: number
  readonly chance: () => number
}

/** Starts a proxy on 127.0.0.1 to a port there; `chance` gives numbers in [0, 1). */
export const startProxy = async (targetPort: number, chance = Math.random): Promise<TcpProxy> => {
  const weather: Weather = { delayMs: 0, held: false, heldBytes: undefined, lostShare: 0, chance }
  const wires = new Set<Wire>()
  const server = createServer((near) => {
    const wire = new Wire(near, targetPort, weather, () => wires.delete(wire))
    wires.add(wire)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const each = (what: (wire: Wire) => void) => {
    for (const wire of [...wires]) what(wire)
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => each((wire) => wire.cut()),
    delay: (ms) => {
      weather.delayMs = ms
    },
    hold: (on) => {
      weather.held = on
      each((wire) => wire.pump())
    },
    halfOpen: () => each((wire) => wire.loseFar()),
    holdWhere: (bytes) => {
      weather.heldBytes = bytes
      if (bytes === undefined) each((wire) => wire.release())
    },
    loseAnswers: (share) => {
      weather.lostShare = share
    },
    connections: () => wires.size,
    close: async () => {
      each((wire) => wire.cut())
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

/** Data on its way in one direction. */
type Piece = { readonly dueAt: number; readonly bytes: Buffer | "end" }

/** One connection through the proxy. */
class Wire {
  readonly near: Socket
  readonly far: Socket
  readonly weather: Weather
  readonly gone: () => void
  readonly out: Array<Piece> = []
  readonly back: Array<Piece> = []
  timer: NodeJS.Timeout | undefined
  stands = false
  isHalf = false

  constructor(near: Socket, targetPort: number, weather: Weather, gone: () => void) {
    this.near = near
    this.weather = weather
    this.gone = gone
    near.setNoDelay(true)
    // Between the programs there is a network, so a connection made while it is held comes about later, too: what
    // is said on it waits here.
    this.far = connect({ port: targetPort, host: "127.0.0.1", noDelay: true })
    this.join(near, this.out, (bytes) => this.sent(bytes))
    this.join(this.far, this.back, () => this.answered())
  }

  join(from: Socket, queue: Array<Piece>, look: (bytes: Buffer) => boolean) {
    const add = (bytes: Piece["bytes"]) => {
      const dueAt = Math.max(performance.now() + this.weather.delayMs, queue.at(-1)?.dueAt ?? 0)
      queue.push({ dueAt, bytes })
      this.pump()
    }
    from.on("data", (bytes: Buffer) => {
      if (look(bytes)) add(bytes)
    })
    from.on("end", () => add("end"))
    from.on("error", () => this.broke(from))
    from.on("close", () => this.broke(from))
  }

  sent(bytes: Buffer): boolean {
    if (this.weather.heldBytes !== undefined && bytes.includes(this.weather.heldBytes)) this.stands = true
    return true
  }

  answered(): boolean {
    const { lostShare, chance } = this.weather
    if (lostShare === 0 || chance() >= lostShare) return true
    this.cut()
    return false
  }

  pump() {
    clearTimeout(this.timer)
    if (this.weather.held || this.stands || this.isHalf) return
    const now = performance.now()
    for (const [queue, to] of [
      [this.out, this.far],
      [this.back, this.near]
    ] as const) {
      while (queue[0] !== undefined && queue[0].dueAt <= now) {
        const { bytes } = queue.shift()!
        if (bytes === "end") to.end()
        else to.write(bytes)
      }
    }
    const next = Math.min(this.out[0]?.dueAt ?? Infinity, this.back[0]?.dueAt ?? Infinity)
    if (next !== Infinity) this.timer = setTimeout(() => this.pump(), next - now)
  }

  release() {
    this.stands = false
    this.pump()
  }

  /** One side is gone: the other one hears of it unless the wire is dead. */
  broke(from: Socket) {
    if (this.isHalf && from === this.far) return
    if (from === this.far && (this.weather.held || this.stands)) return
    this.cut()
  }

  loseFar() {
    this.isHalf = true
    this.far.resetAndDestroy()
  }

  cut() {
    clearTimeout(this.timer)
    this.near.resetAndDestroy()
    this.far.resetAndDestroy()
    this.gone()
  }
}
