import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { withAdminConnection } from "../../eventstore/database/database.ts"
import type { ProofCommand } from "./proofs.ts"

/** Throws, in words for people, when one of these can't begin here: no Postgres that serves, or no program to start. */
export const canBegin = async (chosen: ReadonlyArray<ProofCommand>): Promise<void> => {
  const wants = chosen.filter(({ needsPostgres }) => needsPostgres).map(({ name }) => name)
  if (wants.length > 0) await findPostgres(process.env.TEST_DATABASE_URL, wants.join(", "))
  for (const { findPrograms } of chosen) await findPrograms?.()
}

const mayMake = "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"

const findPostgres = async (url: string | undefined, wants: string): Promise<void> => {
  const must = `TEST_DATABASE_URL must name a Postgres in which databases can be made, for ${wants}`
  if (url === undefined || url === "") throw new Error(must)
  if (!URL.canParse(url)) throw new Error(`${must}; it is no URL`)
  const [row] = await Effect.runPromise(
    withAdminConnection({ url: Redacted.make(url) }, (query) => query(mayMake))
  ).catch((error: Error) => {
    throw new Error(`${must}; ${new URL(url).host} doesn't let us in: ${error.message}`)
  })
  if (row?.[0] !== true) throw new Error(`${must}; its user may not make any`)
}
