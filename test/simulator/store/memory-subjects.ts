import * as Effect from "effect/Effect"
import {
  type StoredErasure,
  type StoredSubject,
  type StreamCopies,
  SubjectRefused,
  SubjectStore,
  type WrappedOtherwise
} from "../../../eventstore/personal/subject-store.ts"
import { idOf, type MemoryTables, type SubjectRow } from "./memory-tables.ts"

/** The rows about persons, as the functions of schema `es` keep them. */
export const memorySubjects = (tables: MemoryTables, now: () => number): SubjectStore["Service"] =>
  SubjectStore.of({
    ...keys(tables, now),
    ...contacts(tables),
    ...erasures(tables, now),
    ...holds(tables, now)
  })

/** A row as it is read. */
export const storedSubject = ({ company, subject, keyId, wrapped, masterId }: SubjectRow): StoredSubject => ({
  company,
  subject,
  keyId,
  wrapped: wrapped === null ? null : { bytes: wrapped, masterId }
})

type Part<K extends keyof SubjectStore["Service"]> = Pick<SubjectStore["Service"], K>

const keys = (
  tables: MemoryTables,
  now: () => number
): Part<"takeSubjects" | "subjectKeys" | "wrappedOtherwise" | "rewrap"> => ({
  takeSubjects: (offered) =>
    Effect.sync(() => {
      for (const { company, subject, keyId, wrapped } of offered) {
        const id = idOf(company, subject)
        if (tables.subjects.has(id) || tables.subjectsByKey.has(idOf(company, keyId))) continue
        const { bytes, masterId } = wrapped
        const row = { company, subject, keyId, wrapped: bytes, masterId, createdAt: now(), erasedAt: null }
        tables.subjects.set(id, row)
        tables.subjectsByKey.set(idOf(company, keyId), row)
      }
      for (const { company, subject, stream } of offered) {
        const id = idOf(company, stream)
        if (!tables.subjectStreams.has(id)) {
          tables.subjectStreams.set(id, { company, stream, subject, erasedAt: null })
        }
      }
      return offered.map(({ company, stream }) => {
        const line = tables.subjectStreams.get(idOf(company, stream))!
        return { ...storedSubject(tables.subjects.get(idOf(company, line.subject))!), stream }
      })
    }),
  subjectKeys: (companies, keyIds) =>
    Effect.sync(() =>
      companies.flatMap((company, n) => {
        const row = tables.subjectsByKey.get(idOf(company, keyIds[n]))
        return row === undefined ? [] : [storedSubject(row)]
      })
    ),
  wrappedOtherwise: (masterId, most) =>
    Effect.sync(() => {
      const rows = wrappings(tables).filter(({ wrapped }) => wrapped.masterId !== masterId)
      return { rows: rows.slice(0, most), total: rows.length }
    }),
  rewrap: (rows) =>
    Effect.sync(() => {
      let changed = 0
      for (const { kind, company, name, wrapped, anew } of rows) {
        const subject = kind === "subject" ? tables.subjects.get(idOf(company, name)) : undefined
        const secret = kind === "secret" ? tables.secrets.get(idOf(company, name)) : undefined
        if (subject?.wrapped && same(subject.wrapped, wrapped.bytes)) {
          Object.assign(subject, { wrapped: anew.bytes, masterId: anew.masterId })
          changed++
        }
        if (secret !== undefined && same(secret.wrapped.bytes, wrapped.bytes)) {
          secret.wrapped = anew
          changed++
        }
      }
      return changed
    })
})

const same = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0

const wrappings = (tables: MemoryTables): ReadonlyArray<WrappedOtherwise> => {
  const subjects = [...tables.subjects.values()].flatMap((row): ReadonlyArray<WrappedOtherwise> => {
    const { company, subject: name, keyId } = row
    const { wrapped } = storedSubject(row)
    return wrapped === null ? [] : [{ kind: "subject", company, name, keyId, wrapped }]
  })
  const secrets = [...tables.secrets.values()].map(
    ({ company, name, wrapped }): WrappedOtherwise => ({ kind: "secret", company, name, keyId: "", wrapped })
  )
  const order = ({ kind, company, name }: WrappedOtherwise) => idOf(kind, company, name)
  return [...secrets, ...subjects].sort((one, other) => (order(one) < order(other) ? -1 : 1))
}

const contacts = (tables: MemoryTables): Part<"takeContact" | "findContact" | "takeSecret"> => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
  return {
    takeContact: (company, blind, subject) =>
      Effect.sync(() => {
        const id = idOf(company, hex(blind))
        const known = tables.contacts.get(id) ?? { company, blind: hex(blind), subject }
        tables.contacts.set(id, known)
        return known.subject
      }),
    findContact: (company, blind) =>
      Effect.sync(() => tables.contacts.get(idOf(company, hex(blind)))?.subject ?? null),
    takeSecret: (company, name, offered) =>
      Effect.sync(() => {
        const known = tables.secrets.get(idOf(company, name)) ?? { company, name, wrapped: offered }
        tables.secrets.set(idOf(company, name), known)
        return known.wrapped
      })
  }
}

const refuse = (reason: SubjectRefused["reason"], message: string) =>
  Effect.fail(new SubjectRefused({ reason, message }))

const streamsOf = (tables: MemoryTables, company: string, subject: string) =>
  [...tables.subjectStreams.values()].filter((line) => line.company === company && line.subject === subject)

const erasures = (
  tables: MemoryTables,
  now: () => number
): Part<
  | "requestErasure"
  | "erasures"
  | "keysOf"
  | "subjectOf"
  | "copiesOf"
  | "destroySubject"
  | "finishErasure"
  | "silentSubjects"
> => ({
  requestErasure: (asked) =>
    Effect.suspend(() => {
      const { company, subject } = asked
      const id = idOf(company, subject)
      if (!tables.subjects.has(id)) {
        return refuse("unknownSubject", `nobody called ${subject} is known at ${company}`)
      }
      const hold = tables.holds.get(id)
      if (hold !== undefined) {
        return refuse("onHold", `${subject} of ${company} is under legal hold: ${hold.reason}`)
      }
      const isSame = (each: StoredErasure) =>
        each.company === company && each.subject === subject && each.doneAt === null
      const underWay = tables.erasures.find(isSame)
      if (underWay !== undefined) return Effect.succeed(underWay.erasure)
      tables.erasures.push({ ...asked, requestedAt: now(), doneAt: null, report: null })
      return Effect.succeed(asked.erasure)
    }),
  erasures: (company, onlyOpen, most) =>
    Effect.sync(() =>
      tables.erasures
        .filter((each) => (company ?? each.company) === each.company && !(onlyOpen && each.doneAt !== null))
        .sort((one, other) => other.requestedAt - one.requestedAt)
        .slice(0, most)
        .map((each) => ({ ...each }))
    ),
  keysOf: (companies, subjects) =>
    Effect.sync(() => {
      const there = new Map<string, Pick<StoredSubject, "company" | "subject" | "keyId">>()
      for (const [n, company] of companies.entries()) {
        const row = tables.subjects.get(idOf(company, subjects[n]))
        if (row?.wrapped) {
          const { subject, keyId } = row
          there.set(idOf(company, subject), { company, subject, keyId })
        }
      }
      return [...there.values()]
    }),
  subjectOf: (company, stream) =>
    Effect.sync(() => tables.subjectStreams.get(idOf(company, stream))?.subject ?? null),
  copiesOf: (company, subject) =>
    Effect.sync(() =>
      streamsOf(tables, company, subject)
        .map(({ stream, erasedAt }) => copiesOf(tables, company, stream, erasedAt !== null))
        .sort((one, other) => (one.stream < other.stream ? -1 : 1))
    ),
  destroySubject: (company, subject) =>
    Effect.suspend(() => {
      if (tables.holds.has(idOf(company, subject))) {
        return refuse("onHold", `${subject} of ${company} is under legal hold`)
      }
      const streams = streamsOf(tables, company, subject)
      if (streams.some((line) => line.erasedAt === null)) {
        return refuse("notProved", `a stream about ${subject} of ${company} has no proof of erasure yet`)
      }
      const row = tables.subjects.get(idOf(company, subject))
      if (row !== undefined) Object.assign(row, { wrapped: null, erasedAt: row.erasedAt ?? now() })
      for (const [id, contact] of tables.contacts) {
        if (contact.company === company && contact.subject === subject) tables.contacts.delete(id)
      }
      let forgotten = 0
      for (const { stream } of streams) {
        for (const event of tables.streams.get(idOf(company, stream)) ?? []) {
          if (event.sealed !== null) forgotten++
          event.sealed = null
        }
      }
      return Effect.succeed(forgotten)
    }),
  finishErasure: (company, erasure, report) =>
    Effect.sync(() => {
      const row = tables.erasures.find((each) => each.company === company && each.erasure === erasure)
      if (row?.doneAt === null) Object.assign(row, { doneAt: now(), report })
    }),
  silentSubjects: (company, since, most) =>
    Effect.sync(() =>
      [...tables.subjects.values()]
        .filter((row) => row.company === company && row.erasedAt === null)
        .filter((row) => !tables.holds.has(idOf(company, row.subject)))
        .filter(
          ({ subject }) =>
            !tables.erasures.some(
              (each) => each.company === company && each.subject === subject && each.doneAt === null
            )
        )
        .map((row) => ({ subject: row.subject, lastAt: lastAtOf(tables, row) }))
        .filter(({ lastAt }) => lastAt < since)
        .sort((one, other) => one.lastAt - other.lastAt)
        .slice(0, most)
    )
})

const lastAtOf = (tables: MemoryTables, { company, subject, createdAt }: SubjectRow): number => {
  const last = streamsOf(tables, company, subject).flatMap(
    ({ stream }) => tables.streams.get(idOf(company, stream))?.at(-1)?.recordedAt ?? []
  )
  return last.length === 0 ? createdAt : Math.max(...last)
}

const copiesOf = (tables: MemoryTables, company: string, stream: string, erased: boolean): StreamCopies => {
  const events = tables.streams.get(idOf(company, stream)) ?? []
  const ofStream = (row: { readonly company: string; readonly stream: string }) =>
    row.company === company && row.stream === stream
  const messages = [...tables.partitions.values()].flatMap((row) => [...row.messages.values()])
  return {
    stream,
    erased,
    events: events.length,
    sealed: events.filter((event) => event.sealed !== null).length,
    snapshots: tables.snapshots.has(idOf(company, stream)) ? 1 : 0,
    jobs: [...tables.jobs.values()].filter(ofStream).length,
    messages: messages.filter(ofStream).length,
    timers: [...tables.timers.values()].filter(ofStream).length,
    lastAt: events.length === 0 ? null : Math.max(...events.map((event) => event.recordedAt))
  }
}

const holds = (tables: MemoryTables, now: () => number): Part<"setHold" | "releaseHold" | "holds"> => ({
  setHold: ({ company, subject, by, reason }) =>
    Effect.suspend(() => {
      const row = tables.subjects.get(idOf(company, subject))
      if (row === undefined || row.erasedAt !== null) {
        return refuse("unknownSubject", `nobody called ${subject} is known at ${company}`)
      }
      const since = tables.holds.get(idOf(company, subject))?.since ?? now()
      tables.holds.set(idOf(company, subject), { company, subject, by, reason, since })
      return Effect.void
    }),
  releaseHold: (company, subject) => Effect.sync(() => tables.holds.delete(idOf(company, subject))),
  holds: (company) =>
    Effect.sync(() =>
      [...tables.holds.values()]
        .filter((hold) => (company ?? hold.company) === hold.company)
        .sort((one, other) => (idOf(one.company, one.subject) < idOf(other.company, other.subject) ? -1 : 1))
        .map((hold) => ({ ...hold }))
    )
})
