import type { Declared, Kept } from "../settings/kind.ts"
import type { SettingList } from "../settings/setting.ts"
import type { LanguageModel } from "./model.ts"

/** What a model costs, in US dollars for a million tokens. */
export interface ModelPrice {
  readonly inUsd: number
  readonly outUsd: number
}

interface About<Name extends string> {
  /** As settings and people name it. */
  readonly name: Name
  /** By the name under which events keep a model. */
  readonly prices: Readonly<Record<string, ModelPrice>>
}

/** A kind of model that says everything about itself. */
export type ModelKind<Name extends string, List extends SettingList, Needs> = About<Name> &
  Kept<List, LanguageModel["Service"], Needs>

/** Declares a kind of model; the list in `models/index.ts` makes it live. */
export const modelKind = <
  const Name extends string,
  const List extends SettingList,
  Needs,
  const On extends keyof List & string = never
>(
  kind: About<Name> & Declared<List, On, LanguageModel["Service"], Needs>
): ModelKind<Name, List, Needs> => kind as never

const million = 1_000_000

/** What a call cost, in US dollars. */
export const costUsd = ({ inUsd, outUsd }: ModelPrice, tokensIn: number, tokensOut: number): number =>
  (inUsd * tokensIn + outUsd * tokensOut) / million
