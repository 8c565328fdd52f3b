import { randomBytes } from "node:crypto"
import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { readLimits } from "./read-limits.ts"

/** Lines that wait for a reader who may be slow, so that no transaction waits for one. */
export interface Spool {
  readonly write: (lines: ReadonlyArray<string>) => void
  /** The next of what was written, in its order; undefined at the end. */
  readonly next: () => ReadonlyArray<string> | undefined
}

const readBytes = 256 * 1024

/** A file that has no name from the beginning: nothing is left of it when the process ends, however it ends. */
const openNameless = (dir: string): number => {
  const path = join(dir, `.spool-${randomBytes(8).toString("hex")}`)
  const file = openSync(path, "wx+", 0o600)
  unlinkSync(path)
  return file
}

/** In memory while it is small, then in a file in `dir`; gone when the scope ends. */
export const makeSpool = (dir: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => ({ file: undefined as number | undefined })),
      (held) => Effect.sync(() => held.file === undefined || closeSync(held.file))
    ),
    (held): Spool => {
      let waiting: Array<string> = []
      let bytes = 0
      let written = 0
      let read = 0
      let rest = Buffer.alloc(0)
      const flush = () => {
        if (waiting.length === 0) return
        held.file ??= openNameless(dir)
        const text = Buffer.from(`${waiting.join("\n")}\n`)
        for (let done = 0; done < text.length; ) done += writeSync(held.file, text, done)
        written += text.length
        waiting = []
        bytes = 0
      }
      const fromFile = (file: number): ReadonlyArray<string> | undefined => {
        while (read < written) {
          const piece = Buffer.alloc(Math.min(readBytes, written - read))
          const got = readSync(file, piece, 0, piece.length, read)
          if (got === 0) return undefined
          read += got
          const seen = Buffer.concat([rest, piece.subarray(0, got)])
          const last = seen.lastIndexOf(0x0a)
          rest = seen.subarray(last + 1)
          if (last >= 0) return seen.subarray(0, last).toString("utf8").split("\n")
        }
        return undefined
      }
      return {
        write: (lines) => {
          for (const line of lines) {
            waiting.push(line)
            bytes += line.length
          }
          if (bytes > readLimits.spoolMemoryBytes) flush()
        },
        next: () => {
          if (held.file !== undefined) {
            flush()
            return fromFile(held.file)
          }
          const all = waiting
          waiting = []
          return all.length === 0 ? undefined : all
        }
      }
    }
  )
