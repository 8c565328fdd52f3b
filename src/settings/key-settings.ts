import { optionalText, secret } from "./setting.ts"

/** The key that wraps the keys of persons, and where it is kept. */
export const keySettings = {
  masterKey: secret(
    "CENTURION_MASTER_KEY",
    "The key that wraps the keys of persons: 32 bytes, base64 or hex."
  ),
  masterKeyFile: optionalText(
    "CENTURION_MASTER_KEY_FILE",
    "A file with that key; default <CENTURION_DIR>/master.key, which is made if it is not there."
  ),
  oldMasterKeys: secret(
    "CENTURION_MASTER_KEY_OLD",
    "Former master keys, separated by commas, until `centurion keys rotate` has ended."
  )
}
