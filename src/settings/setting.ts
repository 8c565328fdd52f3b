import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** One thing that can be set from outside, by an environment variable. */
export interface Setting<A> {
  /** The environment variable. */
  readonly variable: string
  readonly fallback: A
  /** What is allowed, in words. */
  readonly allowed: string
  readonly secret: boolean
  /** Its value for people, where that is not all of it. */
  readonly shown?: (value: string) => string
  readonly meaning: string
  /** Undefined when the text is not allowed. */
  readonly read: (text: string) => A | undefined
  /** It must be set as soon as the kind that it belongs to is switched on. */
  readonly needed?: true
}

/** The same setting, needed as soon as its kind is switched on. */
export const needed = <A>(setting: Setting<A>): Setting<A> & { readonly needed: true } => ({
  ...setting,
  needed: true
})

/** Settings by name; names say the unit. */
export type SettingList = Readonly<Record<string, Setting<unknown>>>

/** What settings are read to, by name. */
export type ValuesOf<List extends SettingList> = {
  readonly [Name in keyof List]: List[Name] extends Setting<infer A> ? A : never
}

/** The settings can't be used. The message names each variable, its value (not a secret's) and what is allowed. */
export class WrongSettings extends Schema.TaggedError<WrongSettings>()("WrongSettings", {
  message: Schema.String
}) {}

/** A whole number within limits. */
export const integer = (
  variable: string,
  fallback: number,
  min: number,
  max: number,
  meaning: string
): Setting<number> => ({
  variable,
  fallback,
  allowed: `a whole number from ${min} to ${max}`,
  secret: false,
  meaning,
  read: (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : undefined
  }
})

/** Any short text. */
export const text = (variable: string, fallback: string, meaning: string): Setting<string> => ({
  variable,
  fallback,
  allowed: "1 to 1000 characters",
  secret: false,
  meaning,
  read: (value) => (value.length <= 1000 ? value : undefined)
})

/** A short text, or nothing. */
export const optionalText = (variable: string, meaning: string): Setting<string | undefined> => ({
  ...text(variable, "", meaning),
  fallback: undefined
})

/** One word of a closed list. */
export const choice = <const A extends string>(
  variable: string,
  fallback: NoInfer<A>,
  choices: ReadonlyArray<A>,
  meaning: string
): Setting<A> => ({
  variable,
  fallback,
  allowed: `one of ${choices.join(", ")}`,
  secret: false,
  meaning,
  read: (value) => choices.find((known) => known === value)
})

/** Names separated by commas. */
export const names = (variable: string, meaning: string): Setting<ReadonlyArray<string>> => ({
  variable,
  fallback: [],
  allowed: "names of letters, digits and . _ : @ -, separated by commas",
  secret: false,
  meaning,
  read: (value) => {
    const list = value.split(",").map((name) => name.trim())
    return list.every((name) => /^[\w.:@-]{1,100}$/.test(name)) ? list : undefined
  }
})

const hasScheme = (value: string, schemes: ReadonlyArray<string>) => {
  const url = URL.parse(value)
  return url !== null && url.hostname !== "" && schemes.includes(url.protocol)
}

/** Where a URL leads, for people: who logs in, the path and what is asked may each be a secret. */
export const urlShown = (value: string): string => {
  const url = URL.parse(value)
  if (url === null || url.host === "") return "a URL"
  const isMore = url.username + url.password + url.search + url.hash !== "" || !/^\/?$/.test(url.pathname)
  return `${url.protocol}//${url.host}${isMore ? "/…" : ""}`
}

/** An http(s) URL, kept without its last slash. */
export const httpUrl = <A extends string | undefined>(
  variable: string,
  fallback: A,
  meaning: string
): Setting<string | A> => ({
  variable,
  fallback,
  allowed: "a URL that begins with http:// or https://",
  secret: false,
  shown: urlShown,
  meaning,
  read: (value) => (hasScheme(value, ["http:", "https:"]) ? value.replace(/\/+$/, "") : undefined)
})

/** Never printed; undefined when not set. */
export type Secret = Redacted.Redacted<string> | undefined

/** A URL that may hold a password. */
export const secretUrl = (
  variable: string,
  schemes: ReadonlyArray<string>,
  meaning: string
): Setting<Secret> => ({
  variable,
  fallback: undefined,
  allowed: `a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(" or ")}`,
  secret: true,
  meaning,
  read: (value) => (hasScheme(value, schemes) ? Redacted.make(value) : undefined)
})

/** A key or a token. */
export const secret = (variable: string, meaning: string): Setting<Secret> => ({
  variable,
  fallback: undefined,
  allowed: "8 to 1000 characters without spaces",
  secret: true,
  meaning,
  read: (value) => (/^\S{8,1000}$/.test(value) ? Redacted.make(value) : undefined)
})
