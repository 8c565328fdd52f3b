import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Address } from "../../actors/address.ts"
import type { ActorEvent, EventRefused } from "../../actors/engine/engine.ts"
import type { Json } from "../../eventstore/database/json.ts"
import { channelKinds } from "../channels/index.ts"
import type { Company } from "./company.ts"
import { CompanyFiles } from "./company-files.ts"
import { completeCompany } from "./complete-company.ts"
import { demoCompany } from "./demo.ts"
import { callingCodeOf } from "./phone-number.ts"
import { WrongCompanies } from "./read-company-files.ts"
import { startInput } from "./start/start-input.ts"

/** No company of this id, or none that an account of a channel belongs to. */
export class UnknownCompany extends Schema.TaggedError<UnknownCompany>()("UnknownCompany", {
  message: Schema.String
}) {}

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

  return {
    get all() {
      return present.list
    },
    get,
    byInstance,
    isOthers: (id, channel, instance) => {
      const company = present.byId.get(id)
      if (sharedChannels.has(channel) && company?.instances.some((one) => one.channel === channel))
        return false
      const owner = present.ownerOf(channel, instance)
      return owner !== undefined && owner.id !== id
    },
    startInput: (address, event, starter) =>
      Effect.fromResult(startInput((id) => present.byId.get(id), address, event, starter)),
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
    /** Whether an account is served for another company: this one neither reads nor writes by it. */
    readonly isOthers: (company: string, channel: string, instance: string) => boolean
    /** What an actor starts with; a conversation needs its `Starter`. A machine of one's own gets `{}`. */
    readonly startInput: (
      address: Address,
      event: ActorEvent,
      starter: unknown
    ) => Effect.Effect<Json, EventRefused>
    /** Puts these in the place of all; gives a sentence for each account that two of them claim. */
    readonly replace: (list: ReadonlyArray<Company>) => ReadonlyArray<string>
  }
>()("centurion/companies/Companies") {
  /** From the files of a directory until the database is there: then `keepCompanies` puts what is stored in their place. */
  static readonly layer = (directory: string) =>
    Layer.effect(
      Companies,
      Effect.gen(function* () {
        const { files } = yield* CompanyFiles
        return yield* makeChecked(files.map((file) => completeCompany(file)))
      })
    ).pipe(Layer.provideMerge(CompanyFiles.layer(directory)))
  /** From a list, for tests and embedding. */
  static readonly layerOf = (list: ReadonlyArray<Company>) => Layer.effect(Companies, makeChecked(list))
  /** The demo company alone. */
  static readonly layerDemo = Companies.layerOf([completeCompany(demoCompany)])
}

/** The calling code that the phone numbers of a company's leads have when they come without one. */
export const homeOf = Effect.fnUntraced(function* (company: string) {
  const known = (yield* Companies).all.find(({ id }) => id === company)
  return known === undefined ? undefined : callingCodeOf(known.conversation.timeZone)
})

/** Companies, by id and by the accounts of channels that they claim. */
export interface Directory {
  readonly list: ReadonlyArray<Company>
  readonly byId: ReadonlyMap<string, Company>
  /** By its name, else by `*`; an account that two claim is the first one's. */
  readonly ownerOf: (channel: string, instance: string) => Company | undefined
  /** A sentence for each account that a company claims after another. */
  readonly claimedTwice: ReadonlyArray<string>
}

const anyInstance = "*"
const instanceKey = (channel: string, instance: string) => JSON.stringify([channel, instance])

/** Two ways to write one name are the same claim: whoever reads a list could not tell them apart. */
const sameHowever = (name: string) =>
  name
    .normalize("NFKC")
    .replaceAll(/[\s\p{C}]/gu, "")
    .toLowerCase()

/** Channels whose account every company has that has the channel. */
const sharedChannels: ReadonlySet<string> = new Set(
  channelKinds.filter(({ sharedAccount }) => sharedAccount === true).map(({ name }) => name)
)

/** Sorts companies by what they are asked for. */
export const directoryOf = (list: ReadonlyArray<Company>): Directory => {
  const owners = new Map<string, Company>()
  const claims = new Map<string, Company>()
  const claimedTwice: Array<string> = []
  for (const company of list)
    for (const { channel, instance } of company.instances) {
      const claim = instanceKey(sameHowever(channel), sameHowever(instance))
      const first = claims.get(claim) ?? company
      claims.set(claim, first)
      if (first === company) owners.set(instanceKey(channel, instance), company)
      else
        claimedTwice.push(
          `The companies "${first.id}" and "${company.id}" both claim the account "${instance}" of ${channel}`
        )
    }
  return {
    list,
    byId: new Map(list.map((company) => [company.id, company])),
    ownerOf: (channel, instance) =>
      owners.get(instanceKey(channel, instance)) ?? owners.get(instanceKey(channel, anyInstance)),
    claimedTwice
  }
}
