import { Script } from "node:vm"

/** The work did not come back in its time, and was ended where it was. */
export class OutOfTime extends Error {
  constructor(timeoutMs: number) {
    super(`it did not come back within ${timeoutMs} ms`)
  }
}

const slot = Symbol.for("centurion.withinTime")
const hooks = globalThis as { [slot]?: () => void }
/** Calls the work from a script, because only scripts can be ended from another thread. */
const script = new Script('globalThis[Symbol.for("centurion.withinTime")]()')

/**
 * Does the work, and ends it where it is when it does not come back in time, so that a function of a machine that goes
 * round for ever does not hold up the process. Throws `OutOfTime` then: what the work was changing is half changed.
 * A thread of its own watches each time: from a tenth of a millisecond on an idle machine to two on one that is busy.
 */
export const withinTime = <A>(timeoutMs: number, work: () => A): A => {
  const done: Array<A> = []
  const before = hooks[slot]
  hooks[slot] = () => {
    done.push(work())
  }
  try {
    script.runInThisContext({ timeout: timeoutMs })
    return done[0]!
  } catch (error) {
    throw (error as { readonly code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
      ? new OutOfTime(timeoutMs)
      : error
  } finally {
    if (before === undefined) delete hooks[slot]
    else hooks[slot] = before
  }
}
