import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

/** A piece of a product file that a process of the rig has another text for. `find` stands there exactly once. */
export interface Exchange {
  /** From the repository's root. */
  readonly file: string
  readonly find: string
  readonly put: string
}

const root = join(import.meta.dirname, "../../..")

/** The file's text with the exchange made; throws when the piece is not there exactly once. */
export const exchanged = (source: string, { file, find, put }: Exchange): string => {
  const pieces = source.split(find)
  if (pieces.length !== 2)
    throw new Error(
      `the rig wants to exchange a piece of ${file} that is there ${pieces.length - 1} times, not once: ${find}`
    )
  return pieces.join(put)
}

/** Makes the exchanges whenever a file that they name is loaded by this process. */
export const exchangeAtLoad = (exchanges: ReadonlyArray<Exchange>): void => {
  const byUrl = new Map<string, Array<Exchange>>()
  for (const each of exchanges) {
    const url = pathToFileURL(join(root, each.file)).href
    byUrl.set(url, [...(byUrl.get(url) ?? []), each])
  }
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      const found = byUrl.get(url)
      return found === undefined
        ? loaded
        : { ...loaded, source: found.reduce(exchanged, String(loaded.source)) }
    }
  })
}

/** The file as it is in the repository. */
export const sourceOf = (file: string): string => readFileSync(join(root, file), "utf8")

const here = new URL(".", import.meta.url)

/**
 * What the rig's processes have otherwise than `centurion start`: a model whose texts are found again, one more channel,
 * whose provider honours keys, and a token for `/_engine` that the rig knows.
 */
export const rigExchanges: ReadonlyArray<Exchange> = [
  {
    file: "src/models/scripted/scripted-model.ts",
    find: "writeReply: (request) => Effect.sync(() => replyByScript(request))",
    put: "writeReply: rigReply"
  },
  {
    file: "src/models/scripted/scripted-model.ts",
    find: 'import * as Effect from "effect/Effect"',
    put: `import { rigReply } from "${here}rig-model.ts"`
  },
  {
    file: "src/channels/index.ts",
    find: ", telegram]",
    put: ", telegram, keyed]"
  },
  {
    file: "src/channels/index.ts",
    find: "import { telegram }",
    put: `import { keyed } from "${here}keyed-channel.ts"\nimport { telegram }`
  },
  {
    file: "src/control/routes.ts",
    find: "export const controlRoutes = (token: string) =>",
    put: "export const controlRoutes = (_: string, token = process.env.RIG_TOKEN!) =>"
  }
]
