import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { EventStore } from "../../../../eventstore/log/event-store.ts"
import { History } from "../../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../../eventstore/log/stored-event.ts"
import type { Secrets } from "../../../../eventstore/personal/secrets.ts"
import type { SubjectKeys } from "../../../../eventstore/personal/subject-keys.ts"
import type { SubjectStore } from "../../../../eventstore/personal/subject-store.ts"
import { Companies } from "../../../../src/companies/companies.ts"
import type { Company } from "../../../../src/companies/company.ts"
import { completeCompany } from "../../../../src/companies/complete-company.ts"
import { Contacts } from "../../../../src/companies/contacts.ts"
import { demoCompany } from "../../../../src/companies/demo.ts"
import { Settings, type SettingValues } from "../../../../src/config.ts"
import { demoHistory } from "../../../../src/demo/history/demo-history.ts"
import { Channels } from "../../../../src/handlers/channels.ts"
import { modelLayer } from "../../../../src/models/chosen-model.ts"

type Stores = EventStore | SubjectStore | SubjectKeys | Secrets

export const ourDemo = completeCompany(demoCompany)

/** What a first start does about the history, over the store at hand. */
export const firstStart = (
  settings: Partial<SettingValues> = {},
  companies: ReadonlyArray<Company> = [ourDemo]
): Effect.Effect<void, unknown, Stores> => {
  const world = Layer.mergeAll(
    Settings.layerWith(settings),
    Companies.layerOf(companies),
    Channels.layerOf([]),
    Contacts.layer,
    modelLayer({})
  )
  return Effect.provide(demoHistory, world)
}

/** All events of the demo company, opened. */
export const allEvents: Effect.Effect<ReadonlyArray<StoredEvent>, unknown, History> = Effect.gen(
  function* () {
    const history = yield* History
    const pages = [1, 2, 3, 4].map((partition) => history.readPartition("demo", partition, 0, 1_000_000))
    return (yield* Effect.all(pages)).flat()
  }
)
