import { AccountRefused } from "../account-errors.ts"
import { accountLimits } from "../account-limits.ts"

/** Of those that lists of leaked passwords begin with, the ones that are long enough for us, without case. */
const common = new Set([
  ..."password1234 password12345 password123456 passwordpassword password2024! password2025! password2026!".split(
    " "
  ),
  ..."passw0rd1234 p@ssw0rd1234 p@ssword1234 welcome12345 welcome123456 changeme1234 changeme12345".split(
    " "
  ),
  ..."qwertyuiop12 qwertyuiop123 qwertyuiopas qwertyuiopasdf qwerty123456 qwerty1234567 1q2w3e4r5t6y".split(
    " "
  ),
  ..."1qaz2wsx3edc 1qaz2wsx3edc4rfv zaq12wsxcde3 asdfghjkl123 zxcvbnm12345 123456789012 1234567890123".split(
    " "
  ),
  ..."12345678901234 123456789abc abc123456789 abcd12345678 abcdefghijkl abcdefghijklm 0123456789ab".split(
    " "
  ),
  ..."iloveyou1234 iloveyou12345 administrator administrator1 adminadmin12 admin1234567 admin12345678".split(
    " "
  ),
  ..."letmein12345 letmeinplease trustno11234 sunshine1234 princess1234 football1234 baseball1234".split(" "),
  ..."senha1234567 senha12345678 mudar1234567 mudarsenha123 brasil123456 flamengo1234 corinthians1".split(
    " "
  ),
  ..."corinthians123 centurion123 centurion1234 contrasena123 contrasena1234 teamo1234567 correcthorsebatterystaple".split(
    " "
  )
])

const differentMin = 5

/** As it is hashed: the same letters typed on another keyboard are the same password. */
export const normalPassword = (password: string): string => password.normalize("NFKC")

/** Says what is wrong with a new password; undefined when nothing is. `email` is its user's. */
export const wrongPassword = (password: string, email: string): AccountRefused | undefined => {
  const { passwordMin, passwordMax } = accountLimits
  const length = [...password].length
  const weak = (message: string) => new AccountRefused({ reason: "weakPassword", message })
  if (length < passwordMin)
    return weak(`the password has ${length} characters; it needs ${passwordMin} at least`)
  if (length > passwordMax) return weak(`the password has ${length} characters; ${passwordMax} are the most`)
  const plain = normalPassword(password).toLowerCase()
  if (new Set(plain).size < differentMin)
    return weak(`the password has fewer than ${differentMin} different characters; take a few words instead`)
  if (common.has(plain))
    return weak("the password is one of the first that anybody tries; take a few words instead")
  if (plain === email.toLowerCase()) return weak("the password is the e-mail; take a few words instead")
  return undefined
}
