import type {
  WhyEffect,
  WhyEvent,
  WhyFacts,
  WhyGuard,
  WhyJob,
  WhyStep
} from "../../../actors/why/why-event.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { counted, cut, plain, timeOf } from "../terminal.ts"
import type { Branch } from "./tree-lines.ts"

/** Data of an event that a line shows; `--json` has all. */
const dataColumns = 100

/** A text that is not there, by why it is not. */
export const withheldWords = { erased: "[erased]", locked: "[sealed]", broken: "[altered]" } as const

/** The chain of causes: each is caused by what stands below it, and by each of its branches where there are several. */
export const causeBranches = (event: WhyEvent, above?: string): ReadonlyArray<Branch> => {
  const here = event.address
  const own: Branch = { text: eventText(event, above), more: [...stepLines(event), ...endLines(event)] }
  const [only, ...others] = event.causes
  if (only === undefined) return [own]
  if (others.length === 0) return [own, ...causeBranches(only, here)]
  return [
    {
      ...own,
      branches: event.causes.map((cause) => nested(causeBranches(cause, here)))
    }
  ]
}

const nested = ([first, ...rest]: ReadonlyArray<Branch>): Branch => ({
  ...first!,
  branches: [...(first!.branches ?? []), ...rest]
})

/** What an event led to. */
export const effectBranch = (effect: WhyEffect, above?: string): Branch => ({
  text: eventText(effect, above),
  more:
    effect.end === "limit"
      ? ["and more, which is not told: there are too many events"]
      : effect.end === "messagesUnknown"
        ? ["its step can't be taken again, so messages that it sent are not told"]
        : [],
  branches: effect.effects.map((each) => effectBranch(each, effect.address))
})

const eventText = (event: WhyFacts, above: string | undefined): string => {
  const { address, version, type, recordedAt, principal, by, job } = event
  const place = address === above ? `@${version}` : `${plain(address)}@${version}`
  const who = by === "step" ? "" : `, ${by === "message" ? "from" : "by"} ${plain(principal)}`
  return `${place}  ${plain(type)}  ${cut(dataText(event), dataColumns)}  ${timeOf(recordedAt)}${who}${job === null ? "" : jobWords(job)}`
}

/** The data in a line, without what other words of the line say. */
const dataText = ({ type, data, withheld, job }: WhyFacts): string => {
  if (job !== null) return `${plain(job.name)} ${plain(job.job)}`
  if (type === "TimerFired") return plain(String(data.timer))
  return plain(JSON.stringify(withheld === null ? data : named(data, withheldWords[withheld])))
}

/** Empty texts by why they are empty. */
const named = (value: Json, words: string): Json => {
  if (value === "") return words
  if (Array.isArray(value)) return value.map((each) => named(each, words))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, named(each, words)]))
}

/** `, 2 attempts, asked 2026-…, first attempt 2026-…, ended 2026-…`; what the event does not tell is left out. */
export const jobWords = ({ failed, attempts, askedAt, firstAttemptAt, endedAt }: WhyJob): string =>
  [
    failed === null ? "" : `, failed: ${plain(failed)}`,
    attempts === null ? "" : `, ${counted(attempts, "attempt")}`,
    askedAt === null ? "" : `, asked ${timeOf(askedAt)}`,
    firstAttemptAt === null ? "" : `, first attempt ${timeOf(firstAttemptAt)}`,
    endedAt === null ? "" : `, ended ${timeOf(endedAt)}`
  ].join("")

const endLines = ({ end, causation, principal, by }: WhyEvent): ReadonlyArray<string> => {
  switch (end) {
    case "outside":
      if (by === "engine" && causation === null) return ["the engine's own, for the event after it"]
      return [
        `from outside: ${plain(principal)}${causation === null ? "" : `, because of ${plain(causation)}`}`
      ]
    case "missing":
      return [`because of ${plain(causation ?? "")}, which is not here`]
    case "toldAbove":
      return ["and because of an event that is told above"]
    case "limit":
      return ["and more, which is not told: there are too many events"]
    case null:
      return []
  }
}

const stepLines = ({ step, stepUnknown, address }: WhyEvent): ReadonlyArray<string> => {
  if (step === null) return stepUnknown === null ? [] : [`its guards are not told: ${plain(stepUnknown)}`]
  const [, machine = ""] = address.split("/")
  const list = (label: string, items: ReadonlyArray<string>) =>
    items.length === 0 ? [] : [`${label.padEnd(labelColumns)}${plain(items.join(", "))}`]
  return [
    `${"state".padEnd(labelColumns)}${plain(stateText(step))}`,
    ...(step.timerDueAt === null ? [] : list("due", [timeOf(step.timerDueAt)])),
    ...transitionLines(step, machine).map((line) => `${"decided".padEnd(labelColumns)}${plain(line)}`),
    ...list("asked", step.guards.map(guardText)),
    ...list("did", step.actions),
    ...list("timers", [
      ...step.timersSet.map(({ timer, dueAt }) => `${timer} due ${timeOf(dueAt)}`),
      ...step.timersCancelled.map((timer) => `${timer} cancelled`)
    ]),
    ...list("jobs", [
      ...step.jobsAsked.map(({ job, name }) => `${name} ${job} asked for`),
      ...step.jobsCancelled.map((job) => `${job} cancelled`)
    ]),
    ...list(
      "told",
      step.messages.map(({ to, type }) => `${type} to ${to}`)
    ),
    ...list("said", step.emitted),
    ...(step.agrees ? [] : ["taken again, it says other facts than are stored: see centurion replay"])
  ]
}

const labelColumns = 9

const stateText = ({ before, after, status, error }: WhyStep): string => {
  const now = valueText(after)
  const was = before === null ? "" : valueText(before)
  const change = was === now ? `stays ${now}` : was === "" ? now : `${was} → ${now}`
  const end = status === "active" ? "" : ` (${status}${error === null ? "" : `: ${JSON.stringify(error)}`})`
  return `${change}${end}`
}

/** XState's state value as a path, as `sending.onItsWay`; as JSON where states are active side by side. */
const valueText = (value: Json): string => {
  if (typeof value === "string") return value
  const entries = Object.entries((value ?? {}) as { readonly [key: string]: Json })
  if (entries.length !== 1) return JSON.stringify(value)
  const [[name, inner]] = entries as [[string, Json]]
  const rest = valueText(inner)
  return rest === "{}" ? name : `${name}.${rest}`
}

/** One line for each state that was asked: its guards in order, and where the one that let pass leads. */
const transitionLines = ({ transitions }: WhyStep, machine: string): ReadonlyArray<string> => {
  const lines: Array<{ readonly asked: string; readonly parts: Array<string> }> = []
  const short = (id: string) => (id.startsWith(`${machine}.`) ? id.slice(machine.length + 1) : id)
  for (const { from, on, to, guard, taken } of transitions) {
    const asked = `${on} in ${short(from)}`
    let line = lines.at(-1)
    if (line?.asked !== asked) {
      line = { asked, parts: [] }
      lines.push(line)
    }
    const leads = !taken ? "" : to.length === 0 ? " (stays)" : ` → ${to.map(short).join(" and ")}`
    line.parts.push(`${guard === null ? "no guard" : guardText(guard)}${leads}`)
  }
  return lines.map(({ asked, parts }) => `${asked}: ${parts.join(", ")}`)
}

const guardText = ({ name, params, result, asked }: WhyGuard): string => {
  const given = params === null ? "" : ` ${JSON.stringify(params)}`
  const inner = asked.length === 0 ? "" : ` (${asked.map(guardText).join(", ")})`
  return `${name}${given}${inner} ${result ? "yes" : "no"}`
}
