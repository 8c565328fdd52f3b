import * as Effect from "effect/Effect"
import { MasterKeys } from "./master-keys.ts"
import { noMasterKey, secretBound, WrongMasterKey } from "./secrets.ts"
import { subjectBound } from "./subject-keys.ts"
import { SubjectStore, type WrappedOtherwise } from "./subject-store.ts"

/** Keys wrapped anew in one statement. */
const pageKeys = 500

/** What a wrapping is bound to. */
const boundOf = ({ kind, company, name }: WrappedOtherwise): string =>
  kind === "subject" ? subjectBound(company, name) : secretBound(company, name)

/**
 * Wraps every key anew that another master key than the present one wraps; gives how many. What they seal stays as it
 * is. May be broken off and begun again at any time. Fails with `WrongMasterKey` when a master key is not here.
 */
export const rotateMasterKey = Effect.fn("rotateMasterKey")(function* (
  progress: (done: number, total: number) => void = () => {}
) {
  const store = yield* SubjectStore
  const masters = yield* MasterKeys
  // What a key made up for looking would wrap, nobody could ever open.
  if (!masters.isGiven) return yield* noMasterKey
  for (let done = 0; ; ) {
    const { rows, total } = yield* store.wrappedOtherwise(masters.current.id, pageKeys)
    if (rows.length === 0) return done
    const anew: Array<WrappedOtherwise & { readonly anew: ReturnType<typeof masters.wrap> }> = []
    for (const row of rows) {
      const bound = boundOf(row)
      const key = yield* Effect.try({
        try: () => masters.unwrap(bound, row.wrapped),
        catch: () =>
          new WrongMasterKey({
            message: `the wrapped key of ${row.company}/${row.name} was altered, so it can't be wrapped anew; nothing that it seals can be opened any more`
          })
      })
      if (key === undefined) {
        return yield* new WrongMasterKey({
          message: `${total} keys are not wrapped by ${masters.current.id}, such as that of ${row.company}/${row.name} by ${row.wrapped.masterId}: give that master key as CENTURION_MASTER_KEY_OLD`
        })
      }
      anew.push({ ...row, anew: masters.wrap(bound, key) })
    }
    done += yield* store.rewrap(anew, masters.current.id)
    progress(done, done + total - rows.length)
  }
})
