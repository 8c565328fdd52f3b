import { type Happening, Happenings } from "./happenings.ts"

/**
 * What waits, and by which time.
 * - `world`: an answer on its way, a lead that will write: it happens when its time has come.
 * - `due`: an engine waits for a timer, a job's next try, or its next look into the database.
 * - `pause`: a loop of an engine between two rounds: its lease, its sweeping.
 */
export type WaitKind = "world" | "due" | "pause"

/** Where the store and the world are, so that time may jump over what would change nothing. */
export interface Calm {
  /** Nothing is overdue, under way, or broken: until `nextDue` the engines would only look, and find nothing. */
  readonly isCalm: () => boolean
  /** The next timer or try of a job, epoch ms; infinite when there is none. */
  readonly nextDue: () => number
}

/**
 * Time that moves only when everything is done that can be done now. In a calm it jumps to the next thing that
 * happens: what engines do every second is then done once, and leases stand still, as if each had been renewed.
 */
export class Timeline {
  /** Epoch ms. */
  now: number
  /** Ms that were jumped over. */
  jumped = 0
  calm: Calm = { isCalm: () => false, nextDue: () => Number.POSITIVE_INFINITY }
  steps = 0
  private order = 0
  private readonly heaps = { world: new Happenings(), due: new Happenings(), pause: new Happenings() }
  private ready: Array<() => void> = []
  private awakeUntil = 0

  constructor(startAt: number) {
    this.now = startAt
  }

  /** Goes on while time is not jumped over: what leases go by. */
  get awake(): number {
    return this.now - this.jumped
  }

  /** No jump before then. */
  stayAwakeUntil(at: number) {
    this.awakeUntil = Math.max(this.awakeUntil, at)
  }

  /** Does it now, after all that is ready already. */
  soon(task: () => void) {
    this.ready.push(task)
  }

  /** Does it after so many ms, whole ones as timers count; the result takes it back. */
  after(ms: number, kind: WaitKind, run: () => void): () => void {
    const from = kind === "pause" ? this.awake : this.now
    const happening: Happening = {
      at: from + Math.max(0, Math.ceil(ms)),
      order: this.order++,
      run,
      cancelled: false
    }
    this.heaps[kind].push(happening)
    return () => {
      happening.cancelled = true
    }
  }

  at(at: number, run: () => void): () => void {
    return this.after(at - this.now, "world", run)
  }

  /** Lets everything happen until then, or until `isOver` says so. Stops with what is ready done. */
  runUntil(end: number, isOver: () => boolean = () => false, stepsMax = Number.POSITIVE_INFINITY) {
    const last = this.steps + stepsMax
    while (true) {
      this.settle()
      if (isOver() || this.steps > last) return
      if (!this.moveOn(end)) return
    }
  }

  /** Does all that can be done without time going by. */
  settle() {
    while (this.ready.length > 0) {
      const tasks = this.ready
      this.ready = []
      for (const task of tasks) {
        this.steps++
        task()
      }
    }
  }

  /** Moves time to what happens next, and lets it happen; false when that is after `end`. */
  private moveOn(end: number): boolean {
    const { world, due, pause } = this.heaps
    const worldAt = world.peek()?.at ?? Number.POSITIVE_INFINITY
    if (this.now >= this.awakeUntil && this.calm.isCalm()) {
      const dueAt = this.calm.nextDue()
      const next = Math.min(worldAt, Math.max(dueAt, this.now))
      if (next > end) return this.stopAt(end, true)
      this.moveTo(next, true)
      this.fire(world, next)
      if (dueAt <= next) this.fire(due, next)
      return true
    }
    const dueAt = due.peek()?.at ?? Number.POSITIVE_INFINITY
    const pauseAt = (pause.peek()?.at ?? Number.POSITIVE_INFINITY) + this.jumped
    const next = Math.min(worldAt, dueAt, pauseAt)
    if (next > end) return this.stopAt(end, false)
    this.moveTo(next, false)
    this.fire(world, next)
    this.fire(due, next)
    this.fire(pause, next - this.jumped)
    return true
  }

  private stopAt(end: number, jumps: boolean): false {
    if (Number.isFinite(end)) this.moveTo(end, jumps)
    return false
  }

  private moveTo(at: number, jumps: boolean) {
    if (at <= this.now) return
    if (jumps) this.jumped += at - this.now
    this.now = at
  }

  private fire(heap: Happenings, until: number) {
    for (let next = heap.peek(); next !== undefined && next.at <= until; next = heap.peek()) {
      heap.take()
      this.ready.push(next.run)
    }
  }
}
