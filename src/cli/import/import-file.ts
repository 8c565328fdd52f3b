import { statSync } from "node:fs"
import * as Effect from "effect/Effect"
import { importCompany } from "../../../eventstore/proof/import.ts"
import { Settings } from "../../config.ts"
import { trustedKeys } from "../../seals/seal-key.ts"
import { failed } from "../cli-failure.ts"
import { withStore } from "../open-store.ts"
import { counted, print, printJson } from "../terminal.ts"
import { tellProgress } from "../verify/progress-line.ts"
import { damageLine } from "../verify/show-verify.ts"

/** What `centurion import` was asked. */
export interface ImportAsked {
  readonly file: string
  readonly key: ReadonlyArray<string>
  readonly json: boolean
}

/** Imports the file, or says what is wrong with it and changes nothing. */
export const importFile = Effect.fnUntraced(function* ({ file, key, json }: ImportAsked) {
  const settings = yield* Settings
  const keys = yield* trustedKeys(settings, key)
  const total = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const tell = yield* tellProgress("bytes", !json)
  let done = 0
  const { verified, wasThere } = yield* withStore(
    importCompany(file, { keys }, (bytes) => {
      done += bytes
      tell({ done, total })
    })
  )
  const { ok, company, events, partitions, damages } = verified
  if (!ok) {
    const lines = damages.map(damageLine).join("\n")
    return yield* failed("WrongExport", `${file} is not imported, and nothing was changed:\n${lines}`)
  }
  if (json) return yield* printJson({ company, partitions, events, wasThere })
  const what = `${counted(events, "event")} of ${company}`
  yield* print(wasThere ? `${what} were there already; nothing to do` : `imported ${what}`)
}, Effect.provide(Settings.layer))
