import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { brotliDecompressSync, constants } from "node:zlib"

/** The version of PGlite whose empty database we carry: another one's directory may be laid out otherwise. */
export const emptyMadeBy = "0.5.14"

/** An empty database, packed by `npm run empty-database`; making one anew costs two seconds, unpacking this a tenth. */
export const emptyFile = join(import.meta.dirname, "empty-database.br")

/** Every folder and file in it, in the order in which their bytes follow; a folder has no size. */
export type PackedEntry = readonly [path: string, size: number | null]

const headerLengthBytes = 4

/**
 * Puts an empty database into a directory that is not there yet; whole or not at all, so that a process that dies
 * meanwhile leaves nothing half made. Where that can't be done Postgres makes one itself.
 */
export const layEmptyDatabase = (directory: string): void => {
  if (existsSync(directory) && readdirSync(directory).length > 0) return
  const parent = dirname(directory)
  const draft = `${directory}.making`
  try {
    mkdirSync(parent, { recursive: true })
    rmSync(draft, { recursive: true, force: true })
    unpack(draft)
    renameSync(draft, directory)
  } catch {
    rmSync(draft, { recursive: true, force: true })
  }
}

const unpack = (into: string): void => {
  const params = { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 1 }
  const bytes = brotliDecompressSync(readFileSync(emptyFile), { params })
  let at = headerLengthBytes + bytes.readUInt32BE(0)
  const entries: ReadonlyArray<PackedEntry> = JSON.parse(bytes.toString("utf8", headerLengthBytes, at))
  mkdirSync(into, { mode: 0o700 })
  for (const [path, size] of entries) {
    if (size === null) mkdirSync(join(into, path), { mode: 0o700 })
    else writeFileSync(join(into, path), bytes.subarray(at, at + size), { mode: 0o600 })
    at += size ?? 0
  }
}
