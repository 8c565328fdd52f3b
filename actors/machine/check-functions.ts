import type { AnyStateMachine } from "xstate"
import type { Finding } from "./machine-finding.ts"

/*
 * A machine's functions must be pure: XState may call them again at any time, and a replay does. We can't know what
 * a function does, but the usual ways out of purity show in its text.
 */

const impurities: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bMath\.random\s*\(/, "it draws by chance, so a replay would not give the same"],
  [
    /\bcrypto\.(randomUUID|getRandomValues|randomBytes)\s*\(|\brandomUUID\s*\(/,
    "it draws by chance, so a replay would not give the same"
  ],
  [
    /\bDate\.now\s*\(|\bnew Date\s*\(\s*\)|\bperformance\.now\s*\(/,
    "it asks for the time, so a replay would not give the same"
  ],
  [/\bself\s*\.\s*getSnapshot\s*\(/, "it reads the machine's own snapshot, which a step does not have"],
  [/\bsystem\s*\.\s*get\s*\(/, "it looks for an actor in XState's system, where there is none"]
]

/** True where the text calls the `spawn` that XState hands to `assign` and to `context`. */
const spawns = (text: string): boolean => /\bspawn\s*\(|[{,]\s*spawn\s*[,:}]/.test(text)

/** Comments and quoted texts say nothing about what a function does. */
const codeOf = (value: object): string =>
  value.toString().replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, " ")

/** What the text of one function gives away; nothing for a function that looks pure. */
const findingsOf = (place: string, value: object): ReadonlyArray<Finding> => {
  const text = codeOf(value)
  const found: Array<Finding> = impurities
    .filter(([pattern]) => pattern.test(text))
    .map(([, what]) => ({
      place,
      what,
      wayOut: "let the context, an event or the result of a job bring it"
    }))
  if (spawns(text)) {
    found.push({
      place,
      what: "it spawns an actor inside a function, where it can't be stored",
      wayOut: "invoke promise logic, or use spawnChild with a name and an id as an action"
    })
  }
  return found
}

/** Keys that lead to a function that is not called in a step: it is a job, and may do what it likes. */
const isJob = (key: string, value: object): boolean =>
  key === "src" ||
  (["actions", "entry", "exit"].includes(key) && typeof value === "function" && !("resolve" in value))
/** Plain data of the machine's author, which may even hold itself. */
const isData = (key: string, value: object): boolean =>
  ["meta", "types", "schemas"].includes(key) || (key === "context" && typeof value !== "function")
/** Keys that say nothing to a reader of the place. */
const unsaid = ["states", "actions", "assignment", "event", "collect"]

const walk = (place: string, key: string, value: unknown, found: Array<Finding>) => {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return
  if (isJob(key, value) || isData(key, value)) return
  if (Array.isArray(value)) {
    value.forEach((each, index) => {
      walk(value.length === 1 ? place : `${place}[${index}]`, key, each, found)
    })
    return
  }
  const isOwn = typeof value === "function" && !("resolve" in value || "check" in value)
  if (isOwn) found.push(...findingsOf(place, value))
  else {
    for (const [name, inner] of Object.entries(value)) {
      if (name !== "resolve" && name !== "check") {
        walk(unsaid.includes(name) ? place : `${place}.${name}`, name, inner, found)
      }
    }
  }
}

/** Finds where a machine's own functions are not pure, as far as their text shows it. */
export const checkFunctions = (machine: AnyStateMachine): ReadonlyArray<Finding> => {
  const found: Array<Finding> = []
  walk(machine.id, "", machine.config, found)
  for (const kind of ["action", "guard", "delay"] as const) {
    for (const [name, value] of Object.entries(machine.implementations[`${kind}s`])) {
      walk(`${machine.id}, ${kind} "${name}"`, `${kind}s`, value, found)
    }
  }
  return found
}
