import type { Company } from "./company.ts"

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

/** Sorts companies by what they are asked for. */
export const directoryOf = (list: ReadonlyArray<Company>): Directory => {
  const owners = new Map<string, Company>()
  const claimedTwice: Array<string> = []
  for (const company of list)
    for (const { channel, instance } of company.instances) {
      const key = instanceKey(channel, instance)
      const owner = owners.get(key)
      if (owner === undefined) owners.set(key, company)
      else if (owner !== company)
        claimedTwice.push(
          `The companies "${owner.id}" and "${company.id}" both claim the account "${instance}" of ${channel}`
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
