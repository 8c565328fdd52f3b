/** What a block of commands answers, as the page shows it. */
export interface Answer {
  readonly language: "json" | "text"
  readonly text: string
}

/** A block of commands with its answer, and with what another terminal shows after it. */
export interface PageStep {
  readonly block: string
  readonly answer: Answer | undefined
  readonly elsewhere: ReadonlyArray<Answer>
}

/** A tutorial as something that can be done. */
export interface TutorialPage {
  readonly files: ReadonlyArray<{ readonly path: string; readonly text: string }>
  readonly imports: string
  readonly entry: string
  readonly steps: ReadonlyArray<PageStep>
}

const blockShape = /^```(typescript|sh|json|text)\n([\s\S]*?)^```/gm

/** Reads a page: blocks of code under a line that ends with the name of their file, commands, and answers. */
export const readPage = (markdown: string): TutorialPage => {
  const files: Array<{ path: string; text: string }> = []
  const lists: Array<string> = []
  const steps: Array<{ block: string; answer: Answer | undefined; elsewhere: Array<Answer> }> = []
  for (const found of markdown.matchAll(blockShape)) {
    const [, language, text] = found as unknown as [string, string, string]
    const path = /`(machines\/[\w/.-]+)`:\s*$/.exec(markdown.slice(0, found.index))?.[1]
    if (language === "typescript") {
      if (path === undefined || path === "machines/index.ts") lists.push(text)
      else files.push({ path, text })
    } else if (language === "sh") steps.push({ block: text.trim(), answer: undefined, elsewhere: [] })
    else {
      const step = steps.at(-1)!
      const answer = { language: language as Answer["language"], text: text.trim() }
      if (step.answer === undefined) step.answer = answer
      else step.elsewhere.push(answer)
    }
  }
  const [imports = "", entry = ""] = lists
  return { files, imports, entry, steps }
}

/** The list of machines with the page's lines in it. */
export const listWithEntry = (index: string, imports: string, entry: string): string => {
  const end = index.lastIndexOf("]")
  return `${imports}${index.slice(0, end)}, ${entry.trim()}${index.slice(end)}`
}

/** The shown text as a pattern: `…` is anything, and space is space. */
export const shownPattern = ({ text }: Answer): RegExp => new RegExp(`(${patternOf(text)})`)

const patternOf = (text: string): string =>
  text
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/\s+/g, "\\s+"))
    // A line under a heading is as long as what stands below it: a time with its last zeros left out is shorter.
    .map((part) => part.replaceAll(/─+/g, "─+"))
    .join("[\\s\\S]*?")

/** Whether the output is what the page shows: of objects the members that it shows, of texts all but `…`. */
export const answerFits = (answer: Answer, out: string): boolean => {
  if (answer.language === "text") return new RegExp(`^${patternOf(answer.text)}$`).test(out.trim())
  try {
    return fits(JSON.parse(answer.text), JSON.parse(out))
  } catch {
    return false
  }
}

const fits = (shown: unknown, got: unknown): boolean => {
  if (typeof shown === "string")
    return typeof got === "string" && new RegExp(`^${patternOf(shown)}$`).test(got)
  if (typeof shown !== "object" || shown === null) return shown === got
  if (typeof got !== "object" || got === null) return false
  if (Array.isArray(shown))
    return Array.isArray(got) && shown.length === got.length && shown.every((each, n) => fits(each, got[n]))
  return Object.entries(shown).every(([name, value]) => fits(value, (got as Record<string, unknown>)[name]))
}
