import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Address } from "../../actors/address.ts"
import type { CompanyInput } from "../../machines/company/events.ts"
import type { ContactInput } from "../../machines/contact/events.ts"
import type { ConversationInput } from "../../machines/conversation/events.ts"
import { Criterion, type LeadInput } from "../../machines/lead/events.ts"
import type { Company } from "./company.ts"
import { CompanyFiles } from "./company-files.ts"
import { completeCompany } from "./complete-company.ts"
import { demoCompany } from "./demo.ts"
import { directoryOf } from "./directory.ts"
import { WrongCompanies } from "./read-company-files.ts"

/** No company of this id, or none that an account of a channel belongs to. */
export class UnknownCompany extends Schema.TaggedError<UnknownCompany>()("UnknownCompany", {
  message: Schema.String
}) {}

/** An actor can't be started so: the message says what is missing. */
export class StartRefused extends Schema.TaggedError<StartRefused>()("StartRefused", {
  message: Schema.String
}) {}

/** Who begins a conversation or a lead: by which account of which channel, and who the other side is. */
export interface Starter {
  readonly channel: string
  readonly instance: string
  readonly contact: string
  readonly contactName?: string
  /** The person; default one with the id of its conversation. */
  readonly leadId?: string
}

/** What `ActorStarted` carries. */
export type StartInput =
  | typeof ConversationInput.Type
  | typeof LeadInput.Type
  | typeof ContactInput.Type
  | typeof CompanyInput.Type
  | { readonly [key: string]: never }

const conversationInput = (company: Company, address: Address, starter: Starter) => ({
  conversationId: address.id,
  channel: starter.channel,
  instance: starter.instance,
  contact: starter.contact,
  ...(starter.contactName === undefined ? {} : { contactName: starter.contactName }),
  leadId: starter.leadId ?? address.id,
  agent: company.agent.id,
  language: company.language,
  settings: company.conversation
})

/** The id of a new reply to this lead, which says whom it is about: its key is that person's. */
export const replyIdOf = (leadId: string, own: string): string => `${leadId}.${own}`
const leadOfReply = (id: string): string => id.slice(0, Math.max(0, id.lastIndexOf(".")))

const toLeadCriterion = Schema.decodeUnknownSync(Criterion)

const leadInput = (company: Company, address: Address, starter: Starter | undefined) => ({
  leadId: address.id,
  // Without a starter it was a conversation that spoke first, and that one says its own id.
  ...(starter === undefined ? {} : { conversationId: address.id }),
  source: starter?.channel ?? "conversation",
  // Only what the lead judges by: the questions are the agent's business.
  criteria: company.qualification.criteria.map((criterion) => toLeadCriterion(criterion)),
  threshold: company.qualification.threshold
})

const companyInput = Effect.fnUntraced(function* ({ company, id }: Address) {
  if (id === company) return { companyId: id } as StartInput
  return yield* new StartRefused({
    message: `The company ${company} has one actor of its own, company/${company}; company/${id} can't start`
  })
})

const makeCompanies = (list: ReadonlyArray<Company>): Companies["Service"] => {
  let present = directoryOf(list)

  const get = Effect.fnUntraced(function* (id: string) {
    const company = present.byId.get(id)
    if (company !== undefined) return company
    return yield* new UnknownCompany({ message: `There is no company "${id}"` })
  })

  const byInstance = Effect.fnUntraced(function* (channel: string, instance: string) {
    const company = present.ownerOf(channel, instance)
    if (company !== undefined) return company
    return yield* new UnknownCompany({
      message: `The account "${instance}" of ${channel} belongs to no company`
    })
  })

  const startInput = Effect.fnUntraced(function* (address: Address, starter?: Starter) {
    if (address.machine === "company") return yield* companyInput(address)
    const company = yield* get(address.company)
    switch (address.machine) {
      case "conversation":
        if (starter !== undefined) return conversationInput(company, address, starter) as StartInput
        return yield* new StartRefused({
          message: `The conversation ${address.id} can't start: nobody said by which channel and with whom`
        })
      case "lead":
        return leadInput(company, address, starter) as StartInput
      case "contact":
        return { leadId: address.id } as StartInput
      case "reply":
        return { leadId: leadOfReply(address.id) } as StartInput
      default:
        return {} as StartInput
    }
  })

  return {
    get all() {
      return present.list
    },
    get,
    byInstance,
    startInput,
    replace: (now) => {
      present = directoryOf(now)
      return present.claimedTwice
    }
  }
}

const makeChecked = Effect.fnUntraced(function* (list: ReadonlyArray<Company>) {
  const [twice] = directoryOf(list).claimedTwice
  if (twice !== undefined) return yield* new WrongCompanies({ message: twice })
  return makeCompanies(list)
})

/** The companies of this installation as they are now; those that are being deleted are none any more. */
export class Companies extends Context.Service<
  Companies,
  {
    /** As they are now: read it anew each time. */
    readonly all: ReadonlyArray<Company>
    readonly get: (company: string) => Effect.Effect<Company, UnknownCompany>
    /** The company that an account of a channel belongs to. */
    readonly byInstance: (channel: string, instance: string) => Effect.Effect<Company, UnknownCompany>
    /** What an actor of ours starts with; a conversation needs its starter. A machine of one's own gets `{}`. */
    readonly startInput: (
      address: Address,
      starter?: Starter
    ) => Effect.Effect<StartInput, UnknownCompany | StartRefused>
    /** Puts these in the place of all; gives a sentence for each account that two of them claim. */
    readonly replace: (list: ReadonlyArray<Company>) => ReadonlyArray<string>
  }
>()("centurion/companies/Companies") {
  /** From the files until the database is there: then `keepCompanies` puts what is stored in their place. */
  static readonly layer = Layer.effect(
    Companies,
    Effect.gen(function* () {
      const { files } = yield* CompanyFiles
      return yield* makeChecked(files.map((file) => completeCompany(file)))
    })
  ).pipe(Layer.provideMerge(CompanyFiles.layer))
  /** From a list, for tests and embedding. */
  static readonly layerOf = (list: ReadonlyArray<Company>) => Layer.effect(Companies, makeChecked(list))
  /** The demo company alone. */
  static readonly layerDemo = Companies.layerOf([completeCompany(demoCompany)])
}
