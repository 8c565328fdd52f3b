import { createSecretKey, randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type { StoreUnavailable } from "../log/event-store.ts"
import { randomNonces, type SubjectKey } from "./encrypted-text.ts"
import { MasterKeys, type Wrapped } from "./master-keys.ts"
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
        const keys = new KeysInMemory({ store, masters, random, nonce: nonces, fork })
        return SubjectKeys.of({
          unwrap: (stored) => keys.unwrap(stored),
          take: (company, subject, stream) => keys.take(company, subject, stream),
          byId: keys.byId,
          forget: (company, subject) => keys.forget(company, subject)
        })
      })
    )
  static readonly layer = SubjectKeys.layerWith(randomBytes, randomNonces())
}

/** What a wrapped key is bound to. */
export const subjectBound = (company: string, subject: string): string => `subject ${company}/${subject}`

/** Keys in memory, the least recently used first, and those that are asked for together. */
class KeysInMemory {
  private readonly keys = new Map<string, SubjectKey>()
  /** Many actors begin at once: their keys are asked for together. */
  private readonly wanted: Array<Wanted> = []
  private scheduled = false
  private readonly parts: KeyParts

  constructor(parts: KeyParts) {
    this.parts = parts
  }

  unwrap({ company, subject, keyId, wrapped }: StoredSubject): SubjectKey | NoKey {
    if (wrapped === null) return "erased"
    const id = `${company} ${keyId}`
    const known = this.keys.get(id)
    if (known !== undefined) {
      this.keys.delete(id)
      this.keys.set(id, known)
      return known
    }
    const key = this.opened(subjectBound(company, subject), wrapped)
    if (key === undefined) return "locked"
    const subjectKey: SubjectKey = { keyId, subject, key: createSecretKey(key), nonce: this.parts.nonce }
    this.keys.set(id, subjectKey)
    if (this.keys.size > keysInMemory) this.keys.delete(this.keys.keys().next().value!)
    return subjectKey
  }

  take(company: string, subject: string, stream: string): ReturnType<SubjectKeys["Service"]["take"]> {
    return Effect.callback((resume) => {
      this.wanted.push({ company, subject, stream, done: resume })
      if (this.scheduled) return
      this.scheduled = true
      this.parts.fork(Effect.andThen(Effect.yieldNow, this.askForWanted))
    })
  }

  readonly byId = Effect.fnUntraced(
    { self: this },
    function* (this: KeysInMemory, company: string, keyIds: ReadonlyArray<string>) {
      const found = new Map<string, SubjectKey | NoKey>()
      const unknown: Array<string> = []
      for (const keyId of new Set(keyIds)) {
        const known = this.keys.get(`${company} ${keyId}`)
        if (known === undefined) unknown.push(keyId)
        else found.set(keyId, known)
      }
      for (let first = 0; first < unknown.length; first += askMax) {
        const asked = unknown.slice(first, first + askMax)
        const rows = yield* this.parts.store.subjectKeys(
          asked.map(() => company),
          asked
        )
        for (const keyId of asked) {
          const row = rows.find((each) => each.keyId === keyId)
          found.set(keyId, row === undefined ? "locked" : this.unwrap(row))
        }
      }
      return found
    }
  )

  forget(company: string, subject: string): void {
    for (const [id, key] of this.keys) {
      if (key.subject === subject && id.startsWith(`${company} `)) this.keys.delete(id)
    }
  }

  /** A wrapped key that was altered opens nothing; what it encrypted is then told to be locked. */
  private opened(bound: string, wrapped: Wrapped) {
    try {
      return this.parts.masters.unwrap(bound, wrapped)
    } catch {
      return undefined
    }
  }

  private newKey(company: string, subject: string) {
    const { masters, random } = this.parts
    return {
      keyId: Buffer.from(random(9)).toString("base64url"),
      wrapped: masters.wrap(subjectBound(company, subject), random(32))
    }
  }

  private ask(asked: ReadonlyArray<Wanted>): Effect.Effect<void> {
    const offered = asked.map(({ company, subject, stream }) => ({
      ...{ company, subject, stream },
      ...this.newKey(company, subject)
    }))
    return Effect.flatMap(Effect.exit(this.parts.store.takeSubjects(offered)), (rows) => {
      // What the database refuses for one must not keep the others from theirs.
      const isOfOne =
        Exit.isFailure(rows) && asked.length > 1 && !rows.cause.reasons.some(({ _tag }) => _tag === "Fail")
      if (isOfOne) return Effect.forEach(asked, (one) => this.ask([one]), { discard: true })
      for (const { company, stream, done } of asked) {
        done(
          Exit.map(rows, (found) => {
            const row = found.find((each) => each.company === company && each.stream === stream)
            return row === undefined ? "locked" : this.unwrap(row)
          })
        )
      }
      return Effect.void
    })
  }

  private readonly askForWanted = Effect.gen({ self: this }, function* (this: KeysInMemory) {
    while (this.wanted.length > 0) yield* this.ask(this.wanted.splice(0, askMax))
    this.scheduled = false
  })
}

/** What keys are made and opened with. */
interface KeyParts {
  readonly store: SubjectStore["Service"]
  readonly masters: MasterKeys["Service"]
  readonly random: (bytes: number) => Uint8Array
  readonly nonce: () => Uint8Array
  readonly fork: (effect: Effect.Effect<void>) => unknown
}
