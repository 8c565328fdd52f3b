import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** One actor: company, machine name and the actor's id within them, written `acme/conversation/7f3`. */
export interface Address {
  readonly company: string
  readonly machine: string
  readonly id: string
}

/** An address that can't be read; says which part is wrong. */
export class WrongAddress extends Schema.TaggedError<WrongAddress>()("WrongAddress", {
  message: Schema.String
}) {}

const companyShape = /^[a-z0-9][a-z0-9_-]{0,62}$/
const machineShape = /^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/
const idShape = /^[A-Za-z0-9._:@+=-]{1,200}$/

/** The stream of an actor within its company: `conversation/7f3`. */
export const streamOf = (address: Address): string => `${address.machine}/${address.id}`

/** `acme/conversation/7f3`. */
export const formatAddress = (address: Address): string => `${address.company}/${streamOf(address)}`

/** Why nobody could write the id of an actor so; undefined when it is well formed. */
export const whyNotId = (id: string): string | undefined =>
  idShape.test(id)
    ? undefined
    : `the id "${id.slice(0, shownMax)}" is not 1-200 letters, digits and . _ : @ + = -`

/** Of an id that is not well formed. */
const shownMax = 60

/** Reads `acme/conversation/7f3`; fails with `WrongAddress` when a part is missing or of the wrong shape. */
export const parseAddress = Effect.fnUntraced(function* (text: string) {
  const [company = "", machine = "", id = "", ...rest] = text.split("/")
  const wrong =
    rest.length > 0 || id === ""
      ? "it needs three parts, company/machine/id, as in acme/conversation/7f3"
      : !companyShape.test(company)
        ? `the company "${company}" is not 1-63 of a-z, 0-9, _ and -`
        : !machineShape.test(machine)
          ? `the machine "${machine}" is not 1-63 letters, digits, _ and -`
          : whyNotId(id)
  if (wrong !== undefined) return yield* new WrongAddress({ message: `"${text}" is no address: ${wrong}` })
  return { company, machine, id } satisfies Address
})

/** The address of a stream of a company; the stream is one that the store gave. */
export const addressOf = (company: string, stream: string): Address => {
  const slash = stream.indexOf("/")
  return { company, machine: stream.slice(0, slash), id: stream.slice(slash + 1) }
}
