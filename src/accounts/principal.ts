import type { Language } from "../../machines/conversation/events.ts"
import type { May } from "./permissions.ts"

/** What a user and an API key have in common: who acts, at which company, and what they may. */
interface PrincipalBase {
  readonly id: string
  readonly company: string
  readonly name: string
  readonly roles: ReadonlyArray<string>
  readonly may: May
  /** Where the request came from, for the audit. */
  readonly address?: string
}

/** A user, by a session. */
export interface UserPrincipal extends PrincipalBase {
  readonly kind: "user"
  readonly email: string
  readonly language?: Language
  readonly session: string
}

/** A program, by an API key; it is to be held to its limits. */
export interface ApiKeyPrincipal extends PrincipalBase {
  readonly kind: "apiKey"
  readonly perMinute: number
  readonly perHour: number
}

/** Whoever asks, once it is known who that is. */
export type Principal = UserPrincipal | ApiKeyPrincipal

/** As events and the audit name them: `person:<user id>` or `api:<key id>`. */
export const principalName = ({ kind, id }: Pick<Principal, "kind" | "id">): string =>
  kind === "user" ? `person:${id}` : `api:${id}`
