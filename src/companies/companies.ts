import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Address } from "../../actors/address.ts"
import type { ConversationInput } from "../../machines/conversation/events.ts"
import { Criterion, type LeadInput } from "../../machines/lead/events.ts"
import { Settings } from "../config.ts"
import type { Company } from "./company.ts"
import { completeCompany } from "./complete-company.ts"
import { demoCompany } from "./demo.ts"
import { readCompanyFiles, WrongCompanies } from "./read-company-files.ts"

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
  | { readonly [key: string]: never }

const anyInstance = "*"
const instanceKey = (channel: string, instance: string) => JSON.stringify([channel, instance])

/** Account to company; fails when two companies claim the same account, or an id is there twice. */
const mapInstances = Effect.fnUntraced(function* (companies: ReadonlyArray<Company>) {
  const owners = new Map<string, Company>()
  for (const company of companies)
    for (const { channel, instance } of company.instances) {
      const key = instanceKey(channel, instance)
      const owner = owners.get(key)
      if (owner !== undefined && owner !== company)
        return yield* new WrongCompanies({
          message: `The companies "${owner.id}" and "${company.id}" both claim the account "${instance}" of ${channel}`
        })
      owners.set(key, company)
    }
  return owners
})

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

const makeCompanies = Effect.fnUntraced(function* (list: ReadonlyArray<Company>) {
  const byId = new Map(list.map((company) => [company.id, company]))
  const owners = yield* mapInstances(list)

  const get = Effect.fnUntraced(function* (id: string) {
    const company = byId.get(id)
    if (company !== undefined) return company
    return yield* new UnknownCompany({ message: `There is no company "${id}"` })
  })

  const byInstance = Effect.fnUntraced(function* (channel: string, instance: string) {
    const company =
      owners.get(instanceKey(channel, instance)) ?? owners.get(instanceKey(channel, anyInstance))
    if (company !== undefined) return company
    return yield* new UnknownCompany({
      message: `The account "${instance}" of ${channel} belongs to no company`
    })
  })

  const startInput = Effect.fnUntraced(function* (address: Address, starter?: Starter) {
    const company = yield* get(address.company)
    switch (address.machine) {
      case "conversation":
        if (starter !== undefined) return conversationInput(company, address, starter) as StartInput
        return yield* new StartRefused({
          message: `The conversation ${address.id} can't start: nobody said by which channel and with whom`
        })
      case "lead":
        return leadInput(company, address, starter) as StartInput
      default:
        return {} as StartInput
    }
  })

  return { all: list, get, byInstance, startInput }
})

/** The companies of this installation, as they were when it started. */
export class Companies extends Context.Service<
  Companies,
  {
    readonly all: ReadonlyArray<Company>
    readonly get: (company: string) => Effect.Effect<Company, UnknownCompany>
    /** The company that an account of a channel belongs to. */
    readonly byInstance: (channel: string, instance: string) => Effect.Effect<Company, UnknownCompany>
    /** What an actor of ours starts with; a conversation needs its starter. A machine of one's own gets `{}`. */
    readonly startInput: (
      address: Address,
      starter?: Starter
    ) => Effect.Effect<StartInput, UnknownCompany | StartRefused>
  }
>()("centurion/companies/Companies") {
  /** From the files in `companiesDir`; with no file at all, the demo company. */
  static readonly layer = Layer.effect(
    Companies,
    Effect.gen(function* () {
      const { companiesDir, dir } = yield* Settings
      const files = yield* readCompanyFiles(companiesDir ?? `${dir}/companies`)
      return yield* makeCompanies(
        (files.length === 0 ? [demoCompany] : files).map((file) => completeCompany(file))
      )
    })
  )
  /** From a list, for tests and embedding. */
  static readonly layerOf = (list: ReadonlyArray<Company>) => Layer.effect(Companies, makeCompanies(list))
  /** The demo company alone. */
  static readonly layerDemo = Companies.layerOf([completeCompany(demoCompany)])
}
