import { hash } from "node:crypto"
import { firstLink, nextLink, payloadHash } from "../../../eventstore/proof/hash.ts"
import type { World } from "../world/world.ts"
import type { Finding } from "./finding.ts"
import type { FoldedStream } from "./folded-stream.ts"

/** P13 and P7: every partition is one unbroken chain, as its one writer made it. */
export const checkChains = (world: World): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  for (const { company, partition, position, head, events } of world.store.tables.partitions.values()) {
    const find = (at: number, what: string) =>
      findings.push({ promise: "P13", what, where: `${company} partition ${partition} position ${at}` })
    let link: Uint8Array = firstLink
    let recordedAt = 0
    for (const [n, event] of events.entries()) {
      if (event.position !== n + 1) find(event.position, `position ${n + 1} is missing`)
      if (event.recordedAt < recordedAt) find(event.position, "its time goes back")
      if (event.sealed !== null && !same(hash("sha256", event.sealed, "buffer"), event.sealedHash!)) {
        find(event.position, "its sealed data is not what its hash says")
      }
      if (!same(payloadHash(event.dataText, event.sealedHash), event.payloadHash)) {
        find(event.position, "its data is not what its payload hash says")
      }
      link = nextLink(link, event)
      if (!same(link, event.link))
        find(event.position, "its link does not follow the one before: two writers")
      link = event.link
      recordedAt = event.recordedAt
    }
    if (position !== events.length || !same(link, head))
      find(position, "the partition's head is not its last event")
  }
  return findings
}

const same = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0

/** P8: each timer fires once; and what the machine waits for is what the store will bring. */
export const checkWaiting = (world: World, streams: ReadonlyArray<FoldedStream>): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const { tables } = world.store
  const timers = new Map<string, string>()
  for (const { company, stream, timer, setBy, dueAt } of tables.timers.values()) {
    timers.set(`${company}/${stream} ${timer}`, `set by ${setBy}, due ${dueAt}`)
    if (dueAt > world.timeline.now) continue
    findings.push({
      promise: "P8",
      what: `${timer} was due ${world.timeline.now - dueAt} ms ago`,
      where: stream
    })
  }
  const jobs = new Set<string>()
  for (const { company, stream, job, name, child, state, reason } of tables.jobs.values()) {
    const where = `${company}/${stream}#${job}`
    if (child !== null) jobs.add(where)
    if (state !== "failed") findings.push({ promise: "rest", what: `${name} is left ${state}`, where })
    else if (reason === null)
      findings.push({ promise: "rest", what: `${name} failed without a reason`, where })
  }
  for (const { company, stream, state, events } of streams) {
    const at = `${company}/${stream}`
    findings.push(...firedTwice(at, events))
    for (const { timer, setBy, dueAt } of state?.timers ?? []) {
      const due = `set by ${setBy}, due ${dueAt}`
      const found = timers.get(`${at} ${timer}`)
      timers.delete(`${at} ${timer}`)
      if (found === due) continue
      findings.push({ promise: "P8", what: `waits for ${timer}, ${due}; stored: ${found}`, where: at })
    }
    for (const { job, name } of state?.jobs ?? []) {
      if (jobs.delete(`${at}#${job}`)) continue
      findings.push({ promise: "rest", what: `waits for ${name} ${job}, which is not stored`, where: at })
    }
  }
  for (const [where, due] of timers)
    findings.push({ promise: "P8", what: `nobody waits for it: ${due}`, where })
  for (const where of jobs) findings.push({ promise: "rest", what: "nobody waits for this job", where })
  for (const { company, messages } of tables.partitions.values()) {
    for (const { stream, version, toStream } of messages.values()) {
      const where = `${company}/${stream}@${version}`
      findings.push({ promise: "rest", what: `a message to ${toStream} was never delivered`, where })
    }
  }
  return findings
}

/** What one actor tells another arrives, once. */
export const checkTold = (streams: ReadonlyArray<FoldedStream>): ReadonlyArray<Finding> => {
  const due = new Map<string, number>()
  const add = (key: string, count: number) => due.set(key, (due.get(key) ?? 0) + count)
  for (const { company, stream, told, events } of streams) {
    for (const { version, to } of told) add(`${company}/${to} of ${stream}@${version}`, 1)
    for (const { principal, causation } of events) {
      if (principal.startsWith("actor:")) add(`${company}/${stream} of ${causation}`, -1)
    }
  }
  return [...due]
    .filter(([, count]) => count !== 0)
    .map(([where, count]) => ({
      promise: "P2",
      what: count > 0 ? `${count} of its messages never came` : `a message came ${-count} times too often`,
      where
    }))
}

const firedTwice = (at: string, events: FoldedStream["events"]): ReadonlyArray<Finding> => {
  const fired = new Set<string>()
  const findings: Array<Finding> = []
  for (const { type, data, causation, version } of events) {
    if (type !== "TimerFired") continue
    const timer = `${data.timer} set by ${causation}`
    if (fired.has(timer))
      findings.push({ promise: "P8", what: `${timer} fired twice`, where: `${at}@${version}` })
    fired.add(timer)
  }
  return findings
}
