import type * as Effect from "effect/Effect"
import type { SettingList, ValuesOf } from "./setting.ts"

/** As `ValuesOf`, once the setting `On` is set and with it those that are then needed. */
export type SwitchedOn<List extends SettingList, On extends keyof List> = {
  readonly [Name in keyof List]: List[Name] extends { readonly needed: true }
    ? NonNullable<ValuesOf<List>[Name]>
    : Name extends On
      ? NonNullable<ValuesOf<List>[Name]>
      : ValuesOf<List>[Name]
}

/** Settings as read, whichever they are. */
export type Values = Readonly<Record<string, unknown>>

/** Something of which there are several kinds, each with settings of its own: a channel, a model. */
export interface Kind {
  readonly settings: SettingList
  /** The setting that sets it up; without one it is always there. */
  readonly switchedOnBy?: string
}

/** What a kind says of itself: `make` gets what its settings are once it is switched on; `Needs` is what making it takes. */
export interface Declared<List extends SettingList, On extends keyof List & string, Made, Needs> {
  readonly settings: List
  /** The setting that sets it up, and that makes those marked `needed` needed; without one it is always there. */
  readonly switchedOnBy?: On
  /** Where it is, for `centurion doctor`; only asked when it is set up. */
  readonly reachedAt: (values: SwitchedOn<List, On>) => string
  readonly make: (values: SwitchedOn<List, On>) => Effect.Effect<Made, never, Needs>
}

/** A kind as its list has it: of any settings, which are its own to know. */
export interface Kept<List extends SettingList, Made, Needs> extends Kind {
  readonly settings: List
  readonly reachedAt: (values: Values) => string
  readonly make: (values: Values) => Effect.Effect<Made, never, Needs>
}

type SettingsOf<Kinds extends ReadonlyArray<Kind>> = Kinds extends readonly [
  infer First extends Kind,
  ...infer Rest extends ReadonlyArray<Kind>
]
  ? First["settings"] & SettingsOf<Rest>
  : unknown

/** The settings of all kinds of a list. */
export const settingsOf = <const Kinds extends ReadonlyArray<Kind>>(kinds: Kinds): SettingsOf<Kinds> =>
  Object.assign({}, ...kinds.map(({ settings }) => settings))

/** Whether it is set up. */
export const isSwitchedOn = ({ switchedOnBy }: Kind, values: Values): boolean =>
  switchedOnBy === undefined || values[switchedOnBy] !== undefined

const isMissing = (value: unknown) => value === undefined || String(value) === ""

/** A sentence for each setting that is needed because the kind is set up, and that is not set. */
export const stillNeeded = (kind: Kind, values: Values): ReadonlyArray<string> => {
  const { settings, switchedOnBy } = kind
  if (switchedOnBy === undefined || !isSwitchedOn(kind, values)) return []
  return Object.entries(settings)
    .filter(([name, setting]) => setting.needed && isMissing(values[name]))
    .map(([, { variable }]) => `${settings[switchedOnBy]!.variable} is set, so ${variable} is needed too`)
}
