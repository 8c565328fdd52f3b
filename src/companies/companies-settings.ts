import { choice, optionalText } from "../settings/setting.ts"

/** Where companies come from at the start. */
export const companiesSettings = {
  companiesDir: optionalText(
    "CENTURION_COMPANIES_DIR",
    "The company files; default <CENTURION_DIR>/companies."
  ),
  demoHistory: choice(
    "CENTURION_DEMO_HISTORY",
    "yes",
    ["yes", "no"],
    "Whether the demo company has six weeks of history at its first start on the embedded database."
  )
}
