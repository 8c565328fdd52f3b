import * as Effect from "effect/Effect"
import { anchorText, parseAnchor } from "./anchor.ts"
import { anchorPath, directoryName, lastAnchored, readAnchorFile } from "./anchor-directory.ts"
import type { VerifierKey } from "./checkpoint-note.ts"
import { type Damage, damageOfSeal } from "./damage.ts"
import { type Seal, SealLog, sealOf } from "./seal-log.ts"
import type { SealedPartition, SealStore, StoredSeal } from "./seal-store.ts"
import type { Claim } from "./verify-partition.ts"

/** What the seals say of history, and what is wrong with them. */
export interface CheckedSeals {
  readonly damages: ReadonlyArray<Damage>
  readonly seals: number
  readonly anchored: number
  /** By `company/partition`, in order. */
  readonly claims: ReadonlyMap<string, ReadonlyArray<Claim>>
}

/** Seals of one read. */
const pageSeals = 500

/**
 * Goes through all seals from the first: each must be signed, and follow from those before it. Where the database's is
 * missing or wrong the anchored one takes its place, so that what was sealed is still known.
 */
export const checkSeals = Effect.fnUntraced(function* (
  store: SealStore["Service"],
  { keys, anchors }: { readonly keys: ReadonlyArray<VerifierKey>; readonly anchors?: string }
) {
  const place = anchors === undefined ? undefined : yield* openPlace(store, anchors)
  const stored = sealReader(store)
  const course = new Course(keys)
  for (let number = 1; ; number++) {
    const ours = yield* stored(number)
    const kept = place === undefined ? undefined : yield* place.read(number)
    if (ours === "none" && number > (place?.last ?? 0)) break
    if (!course.take(number, ours, kept, place)) break
  }
  return course.result()
})

/** A seal as the database has it: `none` when there are no more, `missing` when later ones are there, `broken`. */
type Ours = DatabaseSeal | "none" | "missing" | "broken"

interface DatabaseSeal extends Seal {
  readonly frontier: Uint8Array
}

/** The anchor directory. */
interface Place {
  readonly name: string
  /** The last seal that it has, or should have. */
  readonly last: number
  readonly read: (number: number) => Effect.Effect<string | undefined>
}

const openPlace = Effect.fnUntraced(function* (store: SealStore["Service"], directory: string) {
  const name = directoryName(directory)
  const reached = (yield* store.anchors).find(({ anchor }) => anchor === name)?.seal ?? 0
  const last = Math.max(reached, yield* Effect.promise(() => lastAnchored(directory)))
  const read = (number: number) =>
    number > last ? Effect.undefined : Effect.promise(() => readAnchorFile(anchorPath(directory, number)))
  return { name, last, read } satisfies Place
})

/** Gives the database's seals one by one, read page by page. */
const sealReader = (store: SealStore["Service"]) => {
  let page: ReadonlyArray<StoredSeal> = []
  let rows: ReadonlyMap<number, ReadonlyArray<SealedPartition>> = new Map()
  let at = 0
  let last = 0
  return Effect.fnUntraced(function* (
    number: number
  ): Effect.fn.Return<Ours, Effect.Error<SealStore["Service"]["lastSeal"]>> {
    if (at === page.length) {
      page = yield* store.seals(last, pageSeals)
      at = 0
      if (page.length > 0) {
        rows = Map.groupBy(yield* store.sealedPartitions(last, page.at(-1)!.number), ({ seal }) => seal)
        last = page.at(-1)!.number
      }
    }
    const next = page[at]
    if (next === undefined) return "none"
    if (next.number !== number) return "missing"
    at += 1
    const seal = sealOf(next, rows.get(number) ?? [])
    return seal === undefined ? "broken" : { ...seal, frontier: next.frontier }
  })
}

/** The way through the seals. Tells of the first damage of the database's seals, and of the first of the anchored ones. */
class Course {
  private readonly log = new SealLog()
  private keys: ReadonlyArray<VerifierKey> | undefined
  private readonly damages = new Map<"seal" | "anchor", Damage>()
  private readonly claims = new Map<string, Array<Claim>>()
  private seals = 0
  private anchored = 0

  constructor(keys: ReadonlyArray<VerifierKey>) {
    this.keys = keys
  }

  /** False when it can't go on. */
  take(number: number, ours: Ours, text: string | undefined, place: Place | undefined): boolean {
    if (text !== undefined) this.anchored += 1
    if (typeof ours === "object") this.seals += 1
    const why = this.follow(ours)
    if (why === undefined) {
      this.compare(ours as Seal, text, place)
      return true
    }
    this.tell("seal", damageOfSeal(number, why.kind, `${this.nameOf(number, ours)}: ${why.why}`), ours)
    const kept = text === undefined ? undefined : parseAnchor(text)
    if (kept !== undefined && this.log.take(kept, this.keys) === undefined) {
      this.claim(kept)
      return true
    }
    if (place !== undefined && number <= place.last) this.tellAnchor(number, text, place)
    // Without a key at hand the seals can still be followed; that they are not trusted has been said.
    return why.kind === "signature" && this.followUnsigned(ours)
  }

  result(): CheckedSeals {
    return {
      damages: [...this.damages.values()],
      seals: this.seals,
      anchored: this.anchored,
      claims: this.claims
    }
  }

  /** Why the database's seal is not the next one; undefined when it is, and then we stand there. */
  private follow(ours: Ours) {
    if (ours === "none" || ours === "missing")
      return { kind: "seal", why: "the database has no such seal" } as const
    if (ours === "broken")
      return { kind: "seal", why: "its partitions are not as they were written" } as const
    const why = this.log.take(ours, this.keys)
    if (why !== undefined) return why
    this.claim(ours)
    if (Buffer.compare(this.log.log.toBytes(), ours.frontier) !== 0) {
      const message = `seal ${ours.number}: the right edge of its tree is not as it was written`
      this.tell("seal", damageOfSeal(ours.number, "seal", message), "none")
    }
    return undefined
  }

  private followUnsigned(ours: Ours): boolean {
    if (typeof ours !== "object" || this.log.take(ours, undefined) !== undefined) return false
    this.keys = undefined
    this.claim(ours)
    return true
  }

  private compare(ours: Seal, text: string | undefined, place: Place | undefined) {
    if (place === undefined || ours.number > place.last || text === anchorText(ours)) return
    this.tellAnchor(ours.number, text, place)
  }

  private tellAnchor(number: number, text: string | undefined, { name }: Place) {
    const what = text === undefined ? "is not there any more" : "is not the one that was written"
    const message = `the anchored seal ${number} in ${name} ${what}`
    this.tell("anchor", damageOfSeal(number, "anchor", message), "none")
  }

  private nameOf(number: number, ours: Ours): string {
    if (typeof ours !== "object" || ours.reaches.length === 0) return `seal ${number}`
    const named = ours.reaches.slice(0, 8).map(({ company, partition, position }) => {
      const from = (this.log.reach(company, partition)?.position ?? 0) + 1
      return `${company} partition ${partition} positions ${from} to ${position}`
    })
    return `seal ${number}, which covers ${named.join(", ")}${ours.reaches.length > 8 ? ", …" : ""}`
  }

  private tell(of: "seal" | "anchor", damage: Damage, ours: Ours) {
    if (this.damages.has(of)) return
    const [only, ...others] = typeof ours === "object" ? ours.reaches : []
    if (only === undefined || others.length > 0) this.damages.set(of, damage)
    else {
      const { company, partition, position: until } = only
      const position = (this.log.reach(company, partition)?.position ?? 0) + 1
      this.damages.set(of, { ...damage, company, partition, position, until })
    }
  }

  private claim({ number, reaches }: Seal) {
    for (const { company, partition, position, root } of reaches) {
      const name = `${company}/${partition}`
      const list = this.claims.get(name) ?? []
      this.claims.set(name, list)
      list.push({ seal: number, position, root })
    }
  }
}
