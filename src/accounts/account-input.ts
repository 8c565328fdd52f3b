import * as Result from "effect/Result"
import { AccountRefused } from "./account-errors.ts"
import { accountLimits } from "./account-limits.ts"
import { roles as allRoles, isRole, type Right, type Role, rights } from "./permissions.ts"

const wrong = (reason: AccountRefused["reason"], message: string) => new AccountRefused({ reason, message })
const refuse = (reason: AccountRefused["reason"], message: string) => Result.fail(wrong(reason, message))

/** As it is stored and compared: without case and without spaces around it. */
export const normalEmail = (email: string): string => email.trim().normalize("NFC").toLowerCase()

/** Undefined when it could be an e-mail. */
export const wrongEmail = (email: string): AccountRefused | undefined =>
  email.length <= accountLimits.emailMax &&
  /^[^\s@<>"',;:\\\u0000-\u001f\u007f]+@[^\s@<>"',;:\\\u0000-\u001f\u007f]+$/.test(email)
    ? undefined
    : wrong(
        "wrongEmail",
        `an e-mail looks like ana@example.com and has ${accountLimits.emailMax} characters at most`
      )

/** Undefined when it could be the name of a person or a key. */
export const wrongName = (name: string): AccountRefused | undefined =>
  /\S/.test(name) && name.length <= accountLimits.nameMax && !/[\u0000-\u001f\u007f]/.test(name)
    ? undefined
    : wrong("wrongName", `a name has 1-${accountLimits.nameMax} characters and is not blank`)

/** The roles, each once; or what is wrong with them. */
export const readRoles = (
  named: ReadonlyArray<string>
): Result.Result<ReadonlyArray<Role>, AccountRefused> => {
  const unknown = named.find((name) => !isRole(name))
  if (unknown !== undefined)
    return refuse(
      "wrongRoles",
      `no role is called "${unknown.slice(0, accountLimits.nameMax)}"; there are ${allRoles.join(", ")}`
    )
  if (named.length === 0) return refuse("wrongRoles", "at least one role is needed")
  return Result.succeed(allRoles.filter((role) => named.includes(role)))
}

/** The rights that a key is narrowed to; or what is wrong with them. */
export const readScopes = (
  named: ReadonlyArray<string>
): Result.Result<ReadonlyArray<Right>, AccountRefused> => {
  const unknown = named.find((name) => !(rights as ReadonlyArray<string>).includes(name))
  if (unknown !== undefined)
    return refuse(
      "wrongScopes",
      `"${unknown.slice(0, accountLimits.nameMax)}" is no right; one looks like crm:read`
    )
  if (named.length === 0)
    return refuse(
      "wrongScopes",
      "without any right a key can do nothing; leave the scopes out for all of its roles'"
    )
  return Result.succeed(rights.filter((right) => named.includes(right)))
}
