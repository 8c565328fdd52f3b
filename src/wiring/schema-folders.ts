import { join } from "node:path"

const root = join(import.meta.dirname, "../..")

/** Where the migrations of the whole product are, in the order in which they run. */
export const schemaFolders: ReadonlyArray<string> = [
  join(root, "eventstore/migrations"),
  join(root, "projections/migrations"),
  join(root, "src/accounts/migrations")
]
