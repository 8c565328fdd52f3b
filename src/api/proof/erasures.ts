import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import {
  type StoredErasure,
  type SubjectRefused,
  SubjectStore
} from "../../../eventstore/personal/subject-store.ts"
import { queryLimits } from "../../../projections/query/query-limits.ts"
import { Audit, doneBy } from "../../accounts/audit/audit.ts"
import { principalName } from "../../accounts/principal.ts"
import { homeOf } from "../../companies/companies.ts"
import { Contacts } from "../../companies/contacts.ts"
import { identitiesOf } from "../../inbox/submit-lead.ts"
import { mayReachAll } from "../caller.ts"
import { iso } from "../contract/group.ts"
import { type byIdentity, erasuresGroup } from "../contract/proof/erasures.ts"
import { handlersOf } from "../handlers-of.ts"
import { limitOf } from "../lists/read-page.ts"
import { refuse } from "../refusal.ts"

const subjectPrefix = "lead/"
const leadIdOf = (subject: string) => subject.slice(subjectPrefix.length)

const shown = ({ erasure, subject, by, reason, requestedAt, doneAt, report }: StoredErasure) => ({
  id: erasure,
  leadId: leadIdOf(subject),
  by,
  reason,
  requestedAt: iso(requestedAt),
  doneAt: iso(doneAt),
  report: report === null ? null : (JSON.parse(report) as unknown)
})

/** Erasures of a company that are looked through for one. */
const erasuresMax = 1000

const find = Effect.fnUntraced(function* (company: string, id: string) {
  const subjects = yield* SubjectStore
  const found = (yield* subjects.erasures(company, false, erasuresMax)).find(({ erasure }) => erasure === id)
  if (found !== undefined) return shown(found)
  return yield* refuse(404, `there is no erasure "${id}"`)
})

const subjectOf = Effect.fnUntraced(function* (
  company: string,
  { leadId, phone, email }: typeof byIdentity.Type
) {
  const given = [leadId, phone, email].filter((each) => each !== undefined)
  if (given.length !== 1) return yield* refuse(422, "one of leadId, phone and email is needed")
  if (leadId !== undefined) return `${subjectPrefix}${leadId}`
  const contacts = yield* Contacts
  const who = { ...(phone === undefined ? {} : { phone }), ...(email === undefined ? {} : { email }) }
  const [identity] = identitiesOf(who, yield* homeOf(company))
  const subject = yield* contacts.subjectOf(company, identity!)
  return subject ?? (yield* refuse(404, "nobody is known by this"))
})

const refused = ({ reason, message }: SubjectRefused) =>
  refuse(reason === "unknownSubject" ? 404 : 409, message)

const noteDone = (caller: Parameters<typeof doneBy>[0], action: string, subject: string) =>
  Effect.flatMap(Audit, ({ write }) => write(doneBy(caller, action, `subject:${subject}`)))

/** What answers erasuresGroup. */
export const erasuresHandlers = handlersOf(erasuresGroup, {
  list: Effect.fnUntraced(function* () {
    const { company } = yield* mayReachAll("erasure", "read", "erasure.list", "erasure")
    const limit = yield* limitOf(queryLimits.pageMax)
    const subjects = yield* SubjectStore
    return { items: (yield* subjects.erasures(company, false, limit)).map(shown) }
  }),
  read: Effect.fnUntraced(function* ({ params: { id } }) {
    const { company } = yield* mayReachAll("erasure", "read", "erasure.read", `erasure:${id}`)
    return yield* find(company, id)
  }),
  erase: Effect.fnUntraced(function* ({ payload }) {
    const caller = yield* mayReachAll("erasure", "write", "erasure.ask", "subject")
    const { company } = caller
    const subject = yield* subjectOf(company, payload)
    const subjects = yield* SubjectStore
    const asked = { company, subject, by: principalName(caller), reason: payload.reason }
    const erasure = yield* Effect.catchTag(
      subjects.requestErasure({ ...asked, erasure: randomBytes(8).toString("hex") }),
      "SubjectRefused",
      refused
    )
    yield* noteDone(caller, "erasure.ask", subject)
    return yield* find(company, erasure)
  }),
  holds: Effect.fnUntraced(function* () {
    const { company } = yield* mayReachAll("erasure", "read", "hold.list", "hold")
    const subjects = yield* SubjectStore
    const holds = yield* subjects.holds(company)
    return {
      items: holds.map(({ subject, by, reason, since }) => ({
        leadId: leadIdOf(subject),
        by,
        reason,
        since: iso(Number(since))
      }))
    }
  }),
  hold: Effect.fnUntraced(function* ({ params, payload: { reason } }) {
    const subject = `${subjectPrefix}${params.leadId}`
    const caller = yield* mayReachAll("erasure", "write", "hold.set", `subject:${subject}`)
    const subjects = yield* SubjectStore
    const hold = { company: caller.company, subject, by: principalName(caller), reason }
    yield* Effect.catchTag(subjects.setHold(hold), "SubjectRefused", refused)
    yield* noteDone(caller, "hold.set", subject)
  }),
  release: Effect.fnUntraced(function* ({ params: { leadId } }) {
    const subject = `${subjectPrefix}${leadId}`
    const caller = yield* mayReachAll("erasure", "write", "hold.release", `subject:${subject}`)
    const subjects = yield* SubjectStore
    if (!(yield* subjects.releaseHold(caller.company, subject)))
      return yield* refuse(404, `there is no hold on the lead "${leadId}"`)
    yield* noteDone(caller, "hold.release", subject)
  })
})
