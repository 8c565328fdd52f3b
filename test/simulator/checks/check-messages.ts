import { jobKey } from "../../../actors/jobs/job-attempts.ts"
import type { Accepted } from "../world/provider.ts"
import type { World } from "../world/world.ts"
import type { Finding } from "./finding.ts"
import type { AskedJob, FoldedStream } from "./folded-stream.ts"

/** P1 and P2: what a lead or a person wrote is stored, once, and nothing that we said to have is missing. */
export const checkInbound = (world: World, streams: ReadonlyArray<FoldedStream>): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const stored = new Map<string, number>()
  for (const { events } of streams) {
    for (const { type, data } of events) {
      if (type !== "MessageReceived" && type !== "PersonReplied") continue
      const id = String(data.messageId)
      stored.set(id, (stored.get(id) ?? 0) + 1)
    }
  }
  for (const { written, provider } of world.leads) {
    for (const id of written) {
      const times = stored.get(id) ?? 0
      if (times === 1) continue
      const told = world.webhooks.acknowledged.has(`${provider.channel} ${id}`)
      if (times > 1) findings.push({ promise: "P2", what: `is ${times} events`, where: id })
      else
        findings.push({
          promise: "P1",
          what: told ? "acknowledged, and not stored" : "never stored",
          where: id
        })
    }
  }
  for (const [id, times] of stored) {
    if (times > 1 && !id.includes("-55"))
      findings.push({ promise: "P2", what: `is ${times} events`, where: id })
  }
  if (world.webhooks.refused > 0) {
    findings.push({ promise: "P1", what: `${world.webhooks.refused} webhooks were refused`, where: "inbox" })
  }
  return findings
}

/** How a job ended, by its events. */
interface End {
  readonly messageId?: string
  readonly reason?: string
}

/** P3 and P4: what the provider took against what the conversations believe. */
export const checkSends = (world: World, streams: ReadonlyArray<FoldedStream>): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const ends = new Map<string, End>()
  const asked = new Map<string, AskedJob>()
  for (const { company, stream, events, asked: jobs } of streams) {
    for (const job of jobs.values()) {
      if (job.name === "sendChunk") asked.set(jobKey(company, stream, job.job), job)
    }
    for (const { type, data } of events) {
      const end = endOf(type, data)
      if (end !== undefined) ends.set(jobKey(company, stream, String(data.job)), end)
    }
  }
  const taken = new Map<string, Array<Accepted>>()
  for (const provider of world.providers) {
    for (const message of provider.accepted) {
      taken.set(message.key, [...(taken.get(message.key) ?? []), message])
      if (asked.has(message.key)) continue
      findings.push({ promise: "P3", what: "was sent, and no job asked for it", where: message.key })
    }
    if (provider.kind !== "none") findings.push(...outOfOrder(provider.accepted, asked))
  }
  for (const key of asked.keys()) {
    const wrong = wrongEnd(taken.get(key) ?? [], ends.get(key))
    if (wrong !== undefined) findings.push({ promise: "P3", what: wrong, where: key })
  }
  findings.push(...saidTwice(asked, taken))
  return findings
}

const endOf = (type: string, data: FoldedStream["events"][number]["data"]): End | undefined => {
  if (data.name !== "sendChunk") return undefined
  if (type === "JobSucceeded") return { messageId: String((data.output as { messageId?: string }).messageId) }
  if (type === "JobFailed") return { reason: String((data.error as { reason?: string }).reason) }
  return undefined
}

/** What is wrong with a send that ended so, when the provider took these. */
const wrongEnd = (taken: ReadonlyArray<Accepted>, end: End | undefined): string | undefined => {
  if (taken.length > 1) return `the lead got it ${taken.length} times, by a channel of kind ${taken[0]!.kind}`
  const [message] = taken
  if (end === undefined) return message === undefined ? undefined : "the lead got it, and the job never ended"
  if (end.messageId !== undefined) {
    if (message === undefined) return "it counts as sent, and the provider never took it"
    return message.messageId === end.messageId
      ? undefined
      : `it counts as ${end.messageId}, and is ${message.messageId}`
  }
  if (message === undefined || end.reason === "inDoubt") return undefined
  return `it counts as failed (${end.reason}), and the lead got it, by a channel of kind ${message.kind}`
}

/** A chunk that is asked for again because it failed must not have reached the lead before. */
const saidTwice = (
  asked: ReadonlyMap<string, AskedJob>,
  taken: ReadonlyMap<string, ReadonlyArray<Accepted>>
): ReadonlyArray<Finding> => {
  const got = new Map<string, string>()
  const findings: Array<Finding> = []
  for (const [key, { input }] of asked) {
    const [message] = taken.get(key) ?? []
    if (message === undefined || message.failed) continue
    const { turn, chunk } = input as { turn: number; chunk: number }
    const place = `${key.slice(0, key.indexOf("#"))} turn ${turn} chunk ${chunk}`
    const before = got.get(place)
    if (before !== undefined) {
      findings.push({ promise: "P3", what: `the lead got it by ${before} and by ${key}`, where: place })
    }
    got.set(place, key)
  }
  return findings
}

/** Jobs of a conversation are asked for one after the other, and so must the provider have taken them. */
const outOfOrder = (
  accepted: ReadonlyArray<Accepted>,
  asked: ReadonlyMap<string, AskedJob>
): ReadonlyArray<Finding> => {
  const last = new Map<string, number>()
  const findings: Array<Finding> = []
  for (const { key } of accepted) {
    const version = asked.get(key)?.version
    if (version === undefined) continue
    const stream = key.slice(0, key.indexOf("#"))
    if (version < (last.get(stream) ?? 0)) {
      findings.push({ promise: "P4", what: "was taken after a later one of its conversation", where: key })
    }
    last.set(stream, Math.max(version, last.get(stream) ?? 0))
  }
  return findings
}
