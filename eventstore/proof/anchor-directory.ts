import { mkdir, open, readdir, readFile, rename } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { type Anchor, AnchorFailed, anchorText } from "./anchor.ts"

const sealsPerFolder = 1000

/** Where a seal's file is: `000012/000000012345.json` below the directory. */
export const anchorPath = (directory: string, seal: number): string =>
  join(
    directory,
    String(Math.floor(seal / sealsPerFolder)).padStart(6, "0"),
    `${String(seal).padStart(12, "0")}.json`
  )

/** How `es.anchored` calls a directory. */
export const directoryName = (directory: string): string => `directory ${resolve(directory)}`

/** A file for each seal, never written over. The directory may as well be a mounted object store. */
export const anchorDirectory = (directory: string): Anchor => ({
  name: directoryName(directory),
  write: (seal) =>
    Effect.tryPromise({
      try: () => place(anchorPath(directory, seal.number), anchorText(seal)),
      catch: (cause) => new AnchorFailed({ message: cause instanceof Error ? cause.message : String(cause) })
    })
})

const place = async (path: string, text: string): Promise<void> => {
  const there = await readAnchorFile(path)
  if (there === text) return
  if (there !== undefined) throw new Error(`${path} holds another seal than the database`)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.draft`
  const file = await open(draft, "w", 0o400)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncFolder(dirname(path))
}

/** The file's name is on the disk only when its folder is; where folders can't be opened there is nothing to do. */
const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, "r").catch(() => undefined)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

/** The text of a seal's file; undefined when there is none. */
export const readAnchorFile = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/** The highest number that a file in the directory has; 0 when there is none, or no directory. */
export const lastAnchored = async (directory: string): Promise<number> => {
  const folders = (await namesIn(directory))
    .filter((name) => /^\d{6,}$/.test(name))
    .toSorted((a, b) => Number(b) - Number(a))
  for (const folder of folders) {
    const numbers = (await namesIn(join(directory, folder))).flatMap((name) =>
      /^\d{12,}\.json$/.test(name) ? [Number.parseInt(name, 10)] : []
    )
    if (numbers.length > 0) return Math.max(...numbers)
  }
  return 0
}

const namesIn = async (directory: string): Promise<ReadonlyArray<string>> => {
  try {
    return await readdir(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
    throw error
  }
}
