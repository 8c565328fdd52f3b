import * as Effect from "effect/Effect"
import { Engine } from "../../actors/engine/engine.ts"
import { Database } from "../../eventstore/database/database.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { SealStore } from "../../eventstore/proof/seal-store.ts"
import { PastReadModels } from "../../projections/engine/past-read-models.ts"
import { Projections } from "../../projections/engine/projections.ts"
import type { AccountServices } from "../accounts/accounts-layer.ts"
import { CompanyAdmin } from "../companies/company-admin.ts"
import { Contacts } from "../companies/contacts.ts"

/** What commands may ask. */
export const running = Effect.gen(function* () {
  return {
    engine: yield* Engine,
    store: yield* EventStore,
    history: yield* History,
    seals: yield* SealStore,
    subjects: yield* SubjectStore,
    contacts: yield* Contacts,
    companyAdmin: yield* CompanyAdmin,
    database: yield* Database,
    projections: yield* Projections,
    past: yield* PastReadModels,
    accounts: yield* Effect.context<AccountServices>()
  }
})

/** `running`, found. */
export type Running = Effect.Success<typeof running>
