import { secretUrl, text } from "./setting.ts"

const postgres = ["postgres:", "postgresql:"]

/** Where the store is, and what else this installation keeps. */
export const databaseSettings = {
  dir: text("CENTURION_DIR", "./.centurion", "Where the embedded database and the companies are kept."),
  databaseUrl: secretUrl("DATABASE_URL", postgres, "Postgres for the app; without it, the embedded one."),
  databaseAdminUrl: secretUrl(
    "DATABASE_ADMIN_URL",
    postgres,
    "Postgres for migrations, when DATABASE_URL is the plain app role."
  )
}
