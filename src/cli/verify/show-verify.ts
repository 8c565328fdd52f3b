import { statSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Damage } from "../../../eventstore/proof/damage.ts"
import { type VerifiedHistory, type VerifyTrust, verifyHistory } from "../../../eventstore/proof/verify.ts"
import { verifyExport } from "../../../eventstore/proof/verify-export.ts"
import { Settings, type SettingValues } from "../../config.ts"
import { type AnchorPlace, anchorsBesideFile, findAnchors } from "../../seals/anchor-place.ts"
import { trustedKeys } from "../../seals/seal-key.ts"
import { AlreadyTold, failed, wrongUse } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { counted, grouped, plain, print, printJson } from "../terminal.ts"
import { tellProgress } from "./progress-line.ts"

/** What `centurion verify` was asked. */
export interface VerifyAsked {
  readonly company: Option.Option<string>
  readonly partition: Option.Option<number>
  readonly export: Option.Option<string>
  readonly key: ReadonlyArray<string>
  readonly anchors: Option.Option<string>
  readonly json: boolean
}

/** Checks chains, seals and anchors and names the first damage of each partition; fails when there is any. */
export const showVerify = Effect.fnUntraced(function* (asked: VerifyAsked) {
  const settings = yield* Settings
  const file = Option.getOrUndefined(asked.export)
  if (file !== undefined && Option.isSome(asked.company)) {
    return yield* wrongUse("--export has its company in the file: centurion verify --export <file>")
  }
  const began = performance.now()
  const trust = yield* trustOf(asked, settings)
  const { verified, others } = yield* file === undefined
    ? inDatabase(asked, trust, settings)
    : inFile(file, { anchors: anchorsBesideFile(settings), ...trust }, asked.json)
  const seconds = (performance.now() - began) / 1000
  if (asked.json)
    yield* printJson({
      ...shown(verified),
      otherAnchors: verified.anchored > 0 ? [] : others,
      seconds: Number(seconds.toFixed(3))
    })
  else yield* print([...resultLines(verified, seconds), ...otherLines(verified, others)].join("\n"))
  if (!verified.ok) return yield* new AlreadyTold({ exitCode: 1 })
}, Effect.provide(Settings.layer))

/** By which keys and anchors: a directory that was named must be there. */
const trustOf = Effect.fnUntraced(function* ({ key, anchors }: VerifyAsked, settings: SettingValues) {
  const named = Option.getOrUndefined(anchors) ?? settings.anchorDir
  if (named !== undefined && statSync(named, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return yield* failed("NoAnchors", `there is no directory ${named}, where seals should be anchored`)
  }
  const keys = yield* trustedKeys(settings, key)
  return { keys, ...(named === undefined ? {} : { anchors: named }) } satisfies VerifyTrust
})

const inDatabase = Effect.fnUntraced(function* (
  asked: VerifyAsked,
  trust: VerifyTrust,
  settings: SettingValues
) {
  const company = Option.getOrUndefined(asked.company)
  const partition = Option.getOrUndefined(asked.partition)
  if (partition !== undefined && company === undefined) {
    return yield* wrongUse("--partition needs a company: centurion verify <company> --partition <n>")
  }
  const check = Effect.gen(function* () {
    if (company !== undefined) {
      const there = yield* partitionsOf(company)
      if (partition !== undefined && !there.some((each) => each.partition === partition)) {
        return yield* failed(
          "UnknownPartition",
          `${company} has partitions 1 to ${there.length}, not ${partition}`
        )
      }
    }
    const scope = {
      ...(company === undefined ? {} : { company }),
      ...(partition === undefined ? {} : { partition })
    }
    const tell = yield* tellProgress("events", !asked.json)
    const { directory, others } = yield* findAnchors(settings)
    const verified = yield* verifyHistory({ anchors: directory, ...trust }, scope, ({ checked, total }) =>
      tell({ done: checked, total })
    )
    return { verified, others }
  })
  return yield* withStore(check)
})

const inFile = Effect.fnUntraced(function* (file: string, trust: VerifyTrust, json: boolean) {
  const total = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const tell = yield* tellProgress("bytes", !json)
  let done = 0
  const verified = yield* verifyExport(file, trust, (bytes) => {
    done += bytes
    tell({ done, total })
  })
  return { verified, others: [] as AnchorPlace["others"] }
})

/** What programs are told; a manifest holds bytes and says nothing more. */
const shown = ({ ok, partitions, events, seals, anchored, unsealed, damages }: VerifiedHistory) => ({
  ok,
  partitions,
  events,
  seals,
  anchored,
  unanchored: unanchoredOf({ seals, anchored }),
  unsealed,
  damages
})

/** Seals that wait for their anchor. */
const unanchoredOf = ({ seals, anchored }: Pick<VerifiedHistory, "seals" | "anchored">) =>
  Math.max(0, seals - anchored)

/** Where anchors may be when none was found, though there are seals. */
const otherLines = ({ anchored }: VerifiedHistory, others: AnchorPlace["others"]): ReadonlyArray<string> =>
  anchored > 0 || others.length === 0
    ? []
    : [
        `no anchor was found, and there are anchors in ${others.map(plain).join(", ")}: name the right place with --anchors`
      ]

const resultLines = (verified: VerifiedHistory, seconds: number): ReadonlyArray<string> => {
  const { ok, partitions, events, seals, anchored, unsealed, damages } = verified
  const waiting = unsealed > 0 ? `, ${grouped(unsealed)} not sealed yet` : ""
  const late = unanchoredOf(verified)
  const anchors = `${grouped(anchored)} anchored${late > 0 ? `, ${grouped(late)} not yet` : ""}`
  const checked = `${counted(events, "event")} in ${counted(partitions, "partition")}, ${counted(seals, "seal")} (${anchors})${waiting}, ${seconds.toFixed(1)} s`
  return ok
    ? [`ok: ${checked}`]
    : [...damages.map(damageLine), `damaged: ${counted(damages.length, "place")}; ${checked}`]
}

/** One damage for a person: its kind, its place, what shows it. */
export const damageLine = ({
  company,
  partition,
  position,
  until,
  stream,
  version,
  kind,
  message
}: Damage): string => {
  const place =
    company === null
      ? ""
      : ` in ${plain(company)}, partition ${partition}, position ${position}${until === undefined ? "" : ` to ${until}`}`
  const event = stream === null ? "" : ` (${plain(stream)}, version ${version})`
  return `${kind} damage${place}${event}: ${plain(message)}`
}
