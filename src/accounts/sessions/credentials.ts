import { hash, randomBytes } from "node:crypto"

const letters = "abcdefghijklmnopqrstuvwxyz234567"

/** Random letters and digits; 5 bits each. */
export const randomLetters = (count: number): string =>
  Array.from(randomBytes(count), (byte) => letters[byte & 31]).join("")

/** The id of a user, a session or an invitation: 80 random bits. */
export const newId = (): string => randomLetters(16)

/** What the database keeps of a token: 256 random bits need no slow hash. */
export const hashOf = (token: string): Uint8Array => hash("sha256", token, "buffer")
/** The same in hex. */
export const hexHashOf = (token: string): string => hash("sha256", token, "hex")

const newSecret = () => randomBytes(32).toString("base64url")
const secretShape = "[A-Za-z0-9_-]{43}"

/** `centr_` and 256 bits. */
export const newRefreshToken = (): string => `centr_${newSecret()}`
/** `centi_` and 256 bits. */
export const newInvitationToken = (): string => `centi_${newSecret()}`

/** `cent_<key id>_<secret>`: the id may be shown, the secret is shown once. */
export const newApiKey = (): { readonly id: string; readonly key: string } => {
  const id = randomLetters(12)
  return { id, key: `cent_${id}_${newSecret()}` }
}

const apiKeyShape = new RegExp(`^cent_[a-z2-7]{12}_${secretShape}$`)
const ownTokenShape = new RegExp(`^cent[ri]_${secretShape}$`)

/** Whether it could be an API key of ours; else the database need not be asked. */
export const isApiKey = (text: string): boolean => apiKeyShape.test(text)
/** Whether it could be a refresh token or an invitation of ours. */
export const isOwnToken = (text: string): boolean => ownTokenShape.test(text)

const anyCredential = new RegExp(
  `cent_[a-z2-7]{12}_${secretShape}|cent[ri]_${secretShape}|eyJ[\\w-]{8,}\\.[\\w-]+\\.[\\w-]*|\\$argon2id\\$\\S+`,
  "g"
)

/** The text with whatever looks like a credential of ours blotted out. */
export const withoutCredentials = (text: string): string => text.replaceAll(anyCredential, "[credential]")

/** A password nobody has to think of: 100 random bits as `abcde-fghij-klmno-pqrst`. */
export const newPassword = (): string => Array.from({ length: 4 }, () => randomLetters(5)).join("-")
