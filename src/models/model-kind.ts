import type * as Effect from "effect/Effect"
import type { Kind, SwitchedOn, Values } from "../settings/kind.ts"
import type { SettingList } from "../settings/setting.ts"
import type { LanguageModel } from "./model.ts"

/** What a model costs, in US dollars for a million tokens. */
export interface ModelPrice {
  readonly inUsd: number
  readonly outUsd: number
}

interface About<Name extends string, List extends SettingList> {
  /** As settings and people name it. */
  readonly name: Name
  readonly settings: List
  /** By the name under which events keep a model. */
  readonly prices: Readonly<Record<string, ModelPrice>>
}

/** A kind of model that says everything about itself; `Needs` is what making it takes. */
export interface ModelKind<Name extends string, List extends SettingList, Needs>
  extends About<Name, List>,
    Kind {
  readonly settings: List
  /** Where it is, for `centurion doctor`; only asked when it is set up. */
  readonly reachedAt: (values: Values) => string
  readonly make: (values: Values) => Effect.Effect<LanguageModel["Service"], never, Needs>
}

/** Declares a kind of model; the list in `models/index.ts` makes it live. `make` gets what its settings are once it is switched on. */
export const modelKind = <
  const Name extends string,
  const List extends SettingList,
  Needs,
  const On extends keyof List & string = never
>(
  kind: About<Name, List> & {
    /** The setting that sets it up, and that makes those marked `needed` needed; without one it is always there. */
    readonly switchedOnBy?: On
    readonly reachedAt: (values: SwitchedOn<List, On>) => string
    readonly make: (values: SwitchedOn<List, On>) => Effect.Effect<LanguageModel["Service"], never, Needs>
  }
): ModelKind<Name, List, Needs> => kind as never

const million = 1_000_000

/** What a call cost, in US dollars. */
export const costUsd = ({ inUsd, outUsd }: ModelPrice, tokensIn: number, tokensOut: number): number =>
  (inUsd * tokensIn + outUsd * tokensOut) / million
