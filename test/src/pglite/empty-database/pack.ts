import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { brotliCompressSync, constants } from "node:zlib"
import type { PackedEntry } from "../../../../src/pglite/empty-directory.ts"

/** 1 GB: three nearly equal databases lie far apart, and the second and third then cost next to nothing. */
const windowBits = 30

/** Packs a directory as `layEmptyDatabase` reads it. */
export const packDirectory = (directory: string): Buffer => {
  const entries: Array<PackedEntry> = []
  const contents: Array<Buffer> = []
  const add = (folder: string) => {
    const inside = readdirSync(folder, { withFileTypes: true })
    for (const one of inside.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, one.name)
      if (one.isDirectory()) {
        entries.push([relative(directory, path), null])
        add(path)
        continue
      }
      const bytes = readFileSync(path)
      entries.push([relative(directory, path), bytes.length])
      contents.push(bytes)
    }
  }
  add(directory)
  const header = Buffer.from(JSON.stringify(entries))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(header.length)
  const all = Buffer.concat([length, header, ...contents])
  return brotliCompressSync(all, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LARGE_WINDOW]: 1,
      [constants.BROTLI_PARAM_LGWIN]: windowBits,
      [constants.BROTLI_PARAM_SIZE_HINT]: all.length
    }
  })
}
