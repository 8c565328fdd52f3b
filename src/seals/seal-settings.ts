import type { databaseSettings } from "../settings/database-settings.ts"
import { integer, optionalText, secret, secretUrl, text, type ValuesOf } from "../settings/setting.ts"

/** How history is sealed, and where seals are kept. */
export const sealSettings = {
  sealName: text("CENTURION_SEAL_NAME", "centurion", "What seals are signed as: no spaces, no plus."),
  sealKey: secret("CENTURION_SEAL_KEY", "The Ed25519 key that signs seals: base64 of its PKCS #8 DER form."),
  sealKeyFile: optionalText(
    "CENTURION_SEAL_KEY_FILE",
    "A PEM file with that key; default <CENTURION_DIR>/seal.key, which is made if it is not there."
  ),
  sealEveryMs: integer(
    "CENTURION_SEAL_EVERY_MS",
    5_000,
    100,
    86_400_000,
    "History that is so old is sealed, if any is new."
  ),
  sealEveryEvents: integer(
    "CENTURION_SEAL_EVERY_EVENTS",
    10_000,
    1,
    10_000_000,
    "So many new events are sealed earlier than that."
  ),
  anchorDir: optionalText(
    "CENTURION_ANCHOR_DIR",
    "Where seals are kept outside the database; default one for each database in <CENTURION_DIR>/anchors, by its id."
  ),
  anchorUrl: secretUrl(
    "CENTURION_ANCHOR_URL",
    ["http:", "https:"],
    "Where each seal's note is posted to; optional."
  )
}

/** Those, and where this installation and its database are. */
export type SealValues = ValuesOf<typeof sealSettings> &
  Pick<ValuesOf<typeof databaseSettings>, "dir" | "databaseUrl">
