import { createWriteStream, existsSync, linkSync, rmSync } from "node:fs"
import { finished } from "node:stream/promises"
import { createGzip } from "node:zlib"
import * as Effect from "effect/Effect"
import { exportCompany } from "../../../eventstore/proof/export.ts"
import { isGzip } from "../../../eventstore/proof/export-file.ts"
import { Settings } from "../../config.ts"
import { readSealSigner, sealKeyFile } from "../../seals/seal-key.ts"
import { type CliFailure, failed } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { counted, print, printJson } from "../terminal.ts"
import { tellProgress } from "../verify/progress-line.ts"

/** What `centurion export` was asked. */
export interface ExportAsked {
  readonly company: string
  readonly out: string
  readonly json: boolean
}

/** A file beside the one that is asked for, which takes its name once it is whole; compressed when that ends in .gz. */
export const openDraft = (out: string) => {
  const draft = `${out}.${process.pid}.part`
  const file = createWriteStream(draft, { flags: "wx", mode: 0o600, flush: true })
  const sink = isGzip(out) ? createGzip() : file
  if (sink !== file) sink.pipe(file)
  const done = finished(file)
  // Told of by whoever writes or ends it.
  let failure: Error | undefined
  done.catch((error: Error) => {
    failure = error
  })
  // Nothing of a piece outlives its writing: an export may be larger than memory.
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      if (failure !== undefined) return reject(failure)
      if (sink.write(bytes)) return resolve()
      const ready = () => {
        file.off("error", broken)
        resolve()
      }
      const broken = (error: Error) => {
        sink.off("drain", ready)
        reject(error)
      }
      sink.once("drain", ready)
      file.once("error", broken)
    })
  return {
    write: (bytes: Uint8Array): Effect.Effect<void, CliFailure> =>
      Effect.tryPromise({
        try: () => write(bytes),
        catch: (cause) => failed("NotWritten", `${out} can't be written: ${(cause as Error).message}`)
      }),
    end: Effect.tryPromise({
      try: async () => {
        sink.end()
        await done
        // Unlike a rename it takes no file's place.
        linkSync(draft, out)
      },
      catch: (cause) => failed("NotWritten", `${out} can't be written: ${(cause as Error).message}`)
    }),
    remove: Effect.sync(() => {
      file.destroy()
      rmSync(draft, { force: true })
    })
  }
}

/** Writes a company's history into a new file, signed with the key of this place. */
export const writeExport = Effect.fnUntraced(function* ({ company, out, json }: ExportAsked) {
  const settings = yield* Settings
  const signer = yield* readSealSigner(settings, false)
  if (signer === undefined) {
    return yield* failed(
      "NoSealKey",
      `an export is signed, and there is no key in ${sealKeyFile(settings)}: run this where the server runs, or set CENTURION_SEAL_KEY_FILE`
    )
  }
  if (existsSync(out)) return yield* failed("FileExists", `${out} is there already`)
  const tell = yield* tellProgress("events", !json)
  const work = Effect.gen(function* () {
    yield* partitionsOf(company)
    const draft = yield* Effect.acquireRelease(
      Effect.sync(() => openDraft(out)),
      ({ remove }) => remove
    )
    const done = yield* exportCompany(company, draft.write, (done, total) => tell({ done, total }))
    yield* draft.end
    return done
  })
  const exported = yield* withStore(Effect.scoped(Effect.provide(work, signer)))
  if (json) return yield* printJson({ ...exported, file: out })
  const sealed = exported.seal === null ? "not sealed yet" : `sealed by ${exported.seal}`
  yield* print(`${out}: ${counted(exported.events, "event")} of ${company}, ${sealed}`)
}, Effect.provide(Settings.layer))
