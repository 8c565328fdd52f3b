import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type ModuleTokens, tokensOf } from "./module-tokens.ts"

/** Gives the text of a module by its file URL; throws when there is none. */
export type ReadModule = (url: string) => string

const readFile: ReadModule = (url) => readFileSync(fileURLToPath(url), "utf8")

const digest = (parts: ReadonlyArray<string>): string => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(`${part.length} ${part}`)
  return hash.digest("hex")
}

const isOurs = (from: string) => from.startsWith("./") || from.startsWith("../")

/**
 * Hashes of modules over what they say and all that they import by a relative path, without comments, layout, types that
 * are imported, and the names of files. Packages count by their names.
 */
export class ModuleHashes {
  private readonly read: ReadModule
  private readonly known = new Map<string, string>()

  constructor(read: ReadModule = readFile) {
    this.read = read
  }

  /** Throws when a module can't be read, and says which. */
  of(url: string): string {
    return this.walk(url, []).hash
  }

  /** `isOpen`: it leads back to a module that is being hashed, so that it is another one on another way. */
  private walk(url: string, way: ReadonlyArray<string>): { readonly hash: string; readonly isOpen: boolean } {
    const known = this.known.get(url)
    if (known !== undefined) return { hash: known, isOpen: false }
    const back = way.indexOf(url)
    if (back >= 0) return { hash: `back ${way.length - back}`, isOpen: true }
    let isOpen = false
    const hashOf = (from: string) => {
      if (!isOurs(from)) return from
      const inner = this.walk(new URL(from, url).href, [...way, url])
      isOpen ||= inner.isOpen
      return inner.hash
    }
    const { imports, words, dynamic } = this.tokens(url, way)
    // Their order is that of file names in this repository, and changes nothing.
    const said = imports.map((each) => `${each.words} ${hashOf(each.from)}`).sort()
    const hash = digest([...said, "", ...dynamic.map(hashOf), "", ...words])
    if (!isOpen || way.length === 0) this.known.set(url, hash)
    return { hash, isOpen: isOpen && way.length > 0 }
  }

  private tokens(url: string, way: ReadonlyArray<string>): ModuleTokens {
    try {
      return tokensOf(this.read(url))
    } catch (error) {
      const whose = way.length === 0 ? "" : `, which ${way.at(-1)} imports,`
      throw new Error(
        `${url}${whose} can't be read: ${error instanceof Error ? error.message : String(error)}`
      )
    }
  }
}
