import { createSecretKey, randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type { StoreUnavailable } from "../log/event-store.ts"
import { MasterKeys, type Wrapped } from "./master-keys.ts"
import { randomNonces, type SubjectKey } from "./sealed-text.ts"
import { type StoredSubject, SubjectStore } from "./subject-store.ts"

/** Why there is no key: it was destroyed, or the master key that wraps it is not here. */
export type NoKey = "erased" | "locked"

/** Who waits for the key of a stream's person. */
interface Wanted {
  readonly company: string
  readonly subject: string
  readonly stream: string
  readonly done: (taken: Exit.Exit<SubjectKey | NoKey, StoreUnavailable>) => void
}

/** Keys kept unwrapped in memory; the longest unused go first. */
const keysInMemory = 20_000
/** Keys asked for in one statement. */
const askMax = 500

/** The keys of persons, unwrapped. */
export class SubjectKeys extends Context.Service<
  SubjectKeys,
  {
    /** The key of the person that the stream is about, made if there is none. */
    readonly take: (
      company: string,
      subject: string,
      stream: string
    ) => Effect.Effect<SubjectKey | NoKey, StoreUnavailable>
    /** Keys that data is sealed with, by id; one that nobody knows counts as locked. */
    readonly byId: (
      company: string,
      keyIds: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, SubjectKey | NoKey>, StoreUnavailable>
    /** The key of a row that is at hand. */
    readonly unwrap: (row: StoredSubject) => SubjectKey | NoKey
    /** Drops the key of an erased person from memory. */
    readonly forget: (company: string, subject: string) => void
  }
>()("centurion/eventstore/SubjectKeys") {
  /** `random` is for a simulation that must come out the same each time. */
  static readonly layerWith = (random: (bytes: number) => Uint8Array, nonces: () => Uint8Array) =>
    Layer.effect(
      SubjectKeys,
      Effect.gen(function* () {
        const store = yield* SubjectStore
        const masters = yield* MasterKeys
        const fork = Effect.runForkWith(yield* Effect.context<never>())
        return makeSubjectKeys(store, masters, random, nonces, fork)
      })
    )
  static readonly layer = SubjectKeys.layerWith(randomBytes, randomNonces())
}

/** What a wrapped key is bound to. */
export const subjectBound = (company: string, subject: string): string => `subject ${company}/${subject}`

const makeSubjectKeys = (
  store: SubjectStore["Service"],
  masters: MasterKeys["Service"],
  random: (bytes: number) => Uint8Array,
  nonce: () => Uint8Array,
  fork: (effect: Effect.Effect<void>) => unknown
): SubjectKeys["Service"] => {
  const keys = new Map<string, SubjectKey>()

  /** A wrapped key that was altered opens nothing; what it sealed is then told to be locked. */
  const unwrapped = (bound: string, wrapped: Wrapped) => {
    try {
      return masters.unwrap(bound, wrapped)
    } catch {
      return undefined
    }
  }

  const unwrap = ({ company, subject, keyId, wrapped }: StoredSubject): SubjectKey | NoKey => {
    if (wrapped === null) return "erased"
    const id = `${company} ${keyId}`
    const known = keys.get(id)
    if (known !== undefined) {
      keys.delete(id)
      keys.set(id, known)
      return known
    }
    const key = unwrapped(subjectBound(company, subject), wrapped)
    if (key === undefined) return "locked"
    const subjectKey: SubjectKey = { keyId, subject, key: createSecretKey(key), nonce }
    keys.set(id, subjectKey)
    if (keys.size > keysInMemory) keys.delete(keys.keys().next().value!)
    return subjectKey
  }

  const newKey = (company: string, subject: string) => ({
    keyId: Buffer.from(random(9)).toString("base64url"),
    wrapped: masters.wrap(subjectBound(company, subject), random(32))
  })

  /** Many actors begin at once: their keys are asked for together. */
  const wanted: Array<Wanted> = []
  let scheduled = false
  const ask = (asked: ReadonlyArray<Wanted>): Effect.Effect<void> => {
    const offered = asked.map(({ company, subject, stream }) => ({
      ...{ company, subject, stream },
      ...newKey(company, subject)
    }))
    return Effect.flatMap(Effect.exit(store.takeSubjects(offered)), (rows) => {
      // What the database refuses for one must not keep the others from theirs.
      if (
        Exit.isFailure(rows) &&
        asked.length > 1 &&
        !rows.cause.reasons.some(({ _tag }) => _tag === "Fail")
      ) {
        return Effect.forEach(asked, (one) => ask([one]), { discard: true })
      }
      for (const { company, stream, done } of asked) {
        done(
          Exit.map(rows, (found) => {
            const row = found.find((each) => each.company === company && each.stream === stream)
            return row === undefined ? "locked" : unwrap(row)
          })
        )
      }
      return Effect.void
    })
  }
  const askForWanted = Effect.gen(function* () {
    while (wanted.length > 0) yield* ask(wanted.splice(0, askMax))
    scheduled = false
  })

  return {
    unwrap,
    take: (company, subject, stream) =>
      Effect.callback((resume) => {
        wanted.push({ company, subject, stream, done: resume })
        if (scheduled) return
        scheduled = true
        fork(Effect.andThen(Effect.yieldNow, askForWanted))
      }),
    byId: Effect.fnUntraced(function* (company, keyIds) {
      const found = new Map<string, SubjectKey | NoKey>()
      const unknown: Array<string> = []
      for (const keyId of new Set(keyIds)) {
        const known = keys.get(`${company} ${keyId}`)
        if (known === undefined) unknown.push(keyId)
        else found.set(keyId, known)
      }
      for (let first = 0; first < unknown.length; first += askMax) {
        const asked = unknown.slice(first, first + askMax)
        const rows = yield* store.subjectKeys(
          asked.map(() => company),
          asked
        )
        for (const keyId of asked) {
          const row = rows.find((each) => each.keyId === keyId)
          found.set(keyId, row === undefined ? "locked" : unwrap(row))
        }
      }
      return found
    }),
    forget: (company, subject) => {
      for (const [id, key] of keys) {
        if (key.subject === subject && id.startsWith(`${company} `)) keys.delete(id)
      }
    }
  }
}
