import type { Declared, Kept } from "../settings/kind.ts"
import type { SettingList } from "../settings/setting.ts"
import type { Channel } from "./channel.ts"

/** What a provider sends by HTTP, to `/webhook/<shownAs>`. */
export interface Webhook {
  /** The provider, as people call it. */
  readonly provider: string
  /** The header that carries its secret, in lower case. */
  readonly secretHeader: string
  /** A body as it sends it, for the API's document. */
  readonly example: Readonly<Record<string, unknown>>
}

interface About<Name extends string> {
  /** As events and companies name it. */
  readonly name: Name
  /** In the address of its webhook, and for people. */
  readonly shownAs: string
  /** Its contacts are phone numbers: whoever is known by the number on one such channel is known on the others. */
  readonly contactKind?: "phone"
  /** Whoever comes says which company they want: every company with the channel is reached by its one account. */
  readonly sharedAccount?: true
  readonly webhook?: Webhook
}

/** A channel that says everything about itself. */
export type ChannelKind<Name extends string, List extends SettingList, Needs> = About<Name> &
  Kept<List, Channel, Needs>

/** Declares a channel; the list in `channels/index.ts` makes it live. */
export const channelKind = <
  const Name extends string,
  const List extends SettingList,
  Needs,
  const On extends keyof List & string = never
>(
  kind: About<Name> & Declared<List, On, Channel, Needs>
): ChannelKind<Name, List, Needs> => kind as never
