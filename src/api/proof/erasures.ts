import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import {
  type StoredErasure,
  type SubjectRefused,
  SubjectStore
} from "../../../eventstore/personal/subject-store.ts"
import { queryLimits } from "../../../projections/query/query-limits.ts"
import { Audit, doneBy } from "../../accounts/audit/audit.ts"
import { principalName } from "../../accounts/principal.ts"
import { Contacts } from "../../companies/contacts.ts"
import { mayReachAll } from "../caller.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { about, apiOf, example, Id, IsoTime, iso, titled, upTo } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { pageParameters, withParameters } from "../lists/list-parameters.ts"
import { limitOf } from "../lists/read-page.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { ReadsBody } from "../middleware/body.ts"
import { Problems } from "../middleware/problems.ts"
import { refuse } from "../refusal.ts"

const Erasure = Schema.Struct({
  id: Schema.String,
  leadId: Schema.String,
  by: Schema.String,
  reason: Schema.String,
  requestedAt: IsoTime,
  doneAt: Schema.NullOr(IsoTime),
  report: Schema.NullOr(Schema.Unknown).annotate({
    description: "What each place answered, once it is done."
  })
}).annotate({ identifier: "Erasure" })

const Hold = Schema.Struct({
  leadId: Schema.String,
  by: Schema.String,
  reason: Schema.String,
  since: IsoTime
}).annotate({
  identifier: "Hold"
})

const reason = upTo(apiLimits.reasonMax)
const byIdentity = Schema.Struct({
  phone: Schema.optionalKey(upTo(40)),
  email: Schema.optionalKey(upTo(254)),
  leadId: Schema.optionalKey(Id),
  reason
})
const errors = problems(400, 401, 403, 404, 409, 413, 415, 422)

const group = HttpApiGroup.make("erasures")
  .add(
    HttpApiEndpoint.get("list", "/erasures", {
      success: Schema.Struct({ items: Schema.Array(Erasure) }),
      error: problems(400, 401, 403)
    })
      .annotateMerge(
        about(
          "List erasures",
          "The newest first, one page at most; those that are under way have no `doneAt`."
        )
      )
      .annotateMerge(withParameters([pageParameters()])),
    HttpApiEndpoint.get("read", "/erasures/:id", {
      params: { id: Id },
      success: Erasure,
      error: problems(401, 403, 404)
    }).annotateMerge(about("Read an erasure", "With its report once it is done.")),
    HttpApiEndpoint.post("erase", "/erasures", {
      payload: example(byIdentity, { email: "rui@example.com", reason: "asked by e-mail on 31 January" }),
      success: Erasure.pipe(HttpApiSchema.status(202)),
      error: errors
    }).annotateMerge(
      about(
        "Erase a person",
        "By lead id, phone or e-mail, one of them. Their key is destroyed and every place is emptied; it goes on until that is done, and can't be taken back."
      )
    ),
    HttpApiEndpoint.get("holds", "/holds", {
      success: Schema.Struct({ items: Schema.Array(Hold) }),
      error: problems(401, 403)
    }).annotateMerge(about("List legal holds", "Who is held can't be erased.")),
    HttpApiEndpoint.put("hold", "/holds/:leadId", {
      params: { leadId: Id },
      payload: example(Schema.Struct({ reason }), { reason: "lawsuit 12/2026" }),
      success: HttpApiSchema.NoContent,
      error: errors
    }).annotateMerge(about("Set a legal hold", "The person can't be erased until it is released.")),
    HttpApiEndpoint.delete("release", "/holds/:leadId", {
      params: { leadId: Id },
      success: HttpApiSchema.NoContent,
      error: problems(401, 403, 404)
    }).annotateMerge(about("Release a legal hold", "From then on the person can be erased."))
  )
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Erasure", "Erasing persons, and legal holds against it."))

/** Erasing persons. */
export const erasureGroups = [group] as const

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
  const identity = phone === undefined ? { kind: "email", value: email! } : { kind: "phone", value: phone }
  const subject = yield* contacts.subjectOf(company, identity)
  return subject ?? (yield* refuse(404, "nobody is known by this"))
})

const refused = ({ reason, message }: SubjectRefused) =>
  refuse(reason === "unknownSubject" ? 404 : 409, message)

const noteDone = (caller: Parameters<typeof doneBy>[0], action: string, subject: string) =>
  Effect.flatMap(Audit, ({ write }) => write(doneBy(caller, action, `subject:${subject}`)))

const handlers = HttpApiBuilder.group(apiOf(group), "erasures", (handlers) =>
  handlers.handleAll({
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
)

/** What answers it. */
export const erasureLayers = [handlers] as const
