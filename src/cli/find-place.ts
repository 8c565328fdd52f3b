import * as Effect from "effect/Effect"
import { type Address, formatAddress, parseAddress } from "../../actors/address.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { machines } from "../../machines/index.ts"
import { failed, wrongUse } from "./cli-failure.ts"

/** What `centurion events` can show. */
export type Place =
  | { readonly kind: "stream"; readonly address: Address }
  | { readonly kind: "partition"; readonly company: string; readonly partition: number }
  | { readonly kind: "company"; readonly company: string }

const companyShape = /^[a-z0-9][a-z0-9_-]{0,62}$/

/** Reads `acme/conversation/7f3`, `acme/2` or `acme`; fails as wrong use. */
export const parsePlace = Effect.fnUntraced(function* (text: string) {
  const parts = text.split("/")
  const [company = "", partition = ""] = parts
  if (parts.length < 3) {
    if (!companyShape.test(company)) {
      return yield* wrongUse(`the company "${company}" is not 1-63 of a-z, 0-9, _ and -`)
    }
    if (parts.length === 1) return { kind: "company", company } satisfies Place as Place
    if (/^[1-9]\d{0,3}$/.test(partition)) {
      return { kind: "partition", company, partition: Number(partition) } satisfies Place as Place
    }
    return yield* wrongUse(
      `"${text}" is no place: write company/machine/id for a stream, company/partition with a number from 1, or a company`
    )
  }
  return { kind: "stream", address: yield* parseAddress(text) } satisfies Place as Place
})

/** Names of companies in a message at most. */
const namedMax = 20

/** The company's partitions; fails when there is no such company, with the ones that there are. */
export const partitionsOf = Effect.fnUntraced(function* (company: string) {
  const store = yield* EventStore
  const partitions = yield* store.partitions(company)
  if (partitions.length > 0) return partitions
  const known = [...new Set((yield* store.partitions()).map((each) => each.company))]
  const named = known.slice(0, namedMax).join(", ")
  return yield* failed(
    "UnknownCompany",
    known.length === 0
      ? `no company is called "${company}"; there is none yet`
      : `no company is called "${company}"; there ${known.length === 1 ? "is" : "are"} ${named}${known.length > namedMax ? ", …" : ""}`
  )
})

/** Says why a stream has no event: its company, its machine or its id is not known. */
export const explainEmptyStream = Effect.fnUntraced(function* (address: Address) {
  yield* partitionsOf(address.company)
  const names = machines.map(({ machine }) => machine.id)
  return yield* names.includes(address.machine)
    ? failed("UnknownStream", `${formatAddress(address)} has no event`)
    : failed("UnknownMachine", `no machine is called "${address.machine}"; there are ${names.join(", ")}`)
})
