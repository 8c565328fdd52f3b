import type * as Effect from "effect/Effect"
import type { Kind, SwitchedOn, Values } from "../settings/kind.ts"
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

interface About<Name extends string, List extends SettingList> {
  /** As events and companies name it. */
  readonly name: Name
  /** In the address of its webhook, and for people. */
  readonly shownAs: string
  readonly settings: List
  /** Its contacts are phone numbers: whoever is known by the number on one such channel is known on the others. */
  readonly contactKind?: "phone"
  readonly webhook?: Webhook
}

/** A channel that says everything about itself; `Needs` is what making it takes. */
export interface ChannelKind<Name extends string, List extends SettingList, Needs>
  extends About<Name, List>,
    Kind {
  readonly settings: List
  /** Where it is, for `centurion doctor`; only asked when it is set up. */
  readonly reachedAt: (values: Values) => string
  readonly make: (values: Values) => Effect.Effect<Channel, never, Needs>
}

/** Declares a channel; the list in `channels/index.ts` makes it live. `make` gets what its settings are once it is switched on. */
export const channelKind = <
  const Name extends string,
  const List extends SettingList,
  Needs,
  const On extends keyof List & string = never
>(
  kind: About<Name, List> & {
    /** The setting that sets it up, and that makes those marked `needed` needed; without one it is always there. */
    readonly switchedOnBy?: On
    readonly reachedAt: (values: SwitchedOn<List, On>) => string
    readonly make: (values: SwitchedOn<List, On>) => Effect.Effect<Channel, never, Needs>
  }
): ChannelKind<Name, List, Needs> => kind as never
