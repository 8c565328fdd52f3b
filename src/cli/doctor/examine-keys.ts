import { statSync } from "node:fs"
import * as Effect from "effect/Effect"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import type { SettingValues } from "../../config.ts"
import { masterKeyFile, readMasterKeys } from "../../wiring/set-up-master-key.ts"
import { counted } from "../terminal.ts"
import { type Finding, ok, worthKnowing, wrong } from "./finding.ts"

const name = "master key"
/** Keys under other master keys that are looked at. */
const lookedAtMax = 1000
/** The rights of a file's group and of everybody else. */
const othersRights = 0o077

type Findings = ReadonlyArray<Finding>

/** Which master key is used here, and where it is from; never the key itself. */
export const examineMasterKey = Effect.fnUntraced(function* (settings: SettingValues) {
  const read = yield* Effect.result(readMasterKeys(settings, false))
  if (read._tag === "Failure") {
    return [wrong(name, read.failure.message, "set it right: docs/how-to/keep-keys.md")] as Findings
  }
  const { current, former } = read.success
  const beside = former.length === 0 ? "" : `; former ones: ${former.map(({ id }) => id).join(", ")}`
  if (settings.masterKey !== undefined)
    return [ok(name, `${current?.id}, from CENTURION_MASTER_KEY${beside}`)]
  const file = masterKeyFile(settings)
  if (current === undefined) {
    return [
      worthKnowing(
        name,
        `none given, and none in ${file}${beside}`,
        "`centurion start` makes one for development"
      )
    ]
  }
  const detail = `${current.id}, from ${file}${beside}`
  const which =
    settings.masterKeyFile === undefined
      ? worthKnowing(
          name,
          `${detail}: a development key`,
          "in production keep it elsewhere than the data: docs/how-to/keep-keys.md"
        )
      : ok(name, detail)
  const isOpen = (statSync(file).mode & othersRights) !== 0
  return isOpen
    ? [which, worthKnowing(name, `others on this machine may read ${file}`, `chmod 600 ${file}`)]
    : [which]
})

/** Whether the master keys that are given open every key of the database. */
export const examineWrappedKeys = Effect.fnUntraced(
  function* (settings: SettingValues) {
    const { current, former } = yield* readMasterKeys(settings, false)
    const subjects = yield* SubjectStore
    const { rows, total } = yield* subjects.wrappedOtherwise(current?.id ?? "none", lookedAtMax)
    if (total === 0)
      return current === undefined ? [] : [ok("keys", "all are wrapped by the master key given here")]
    const given = new Set(former.map(({ id }) => id))
    const others = [...new Set(rows.map(({ wrapped }) => wrapped.masterId))]
    const missing = others.filter((id) => !given.has(id))
    const are = `${counted(total, "key")} ${total === 1 ? "is" : "are"} wrapped by`
    return [
      missing.length === 0
        ? worthKnowing("keys", `${are} ${others.join(", ")}`, "`centurion keys rotate` wraps them anew")
        : wrong(
            "keys",
            `${are} ${missing.join(", ")}, and that master key is not given here: what they seal can't be opened`,
            "give it as CENTURION_MASTER_KEY, or as CENTURION_MASTER_KEY_OLD beside a new one"
          )
    ]
  },
  Effect.catch(({ message }) => Effect.succeed<Findings>([wrong("keys", message, "see the lines above")]))
)
