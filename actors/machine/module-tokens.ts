/*
 * The words of a module's text, as far as telling two programs apart needs them: without comments and layout. Whatever it
 * reads wrongly makes a difference where there is none, and never hides one but inside what it takes for a comment.
 */

/** An import or a re-export of a module: its words but for the module's name, and that. */
export interface ModuleImport {
  readonly words: string
  readonly from: string
}

export interface ModuleTokens {
  readonly imports: ReadonlyArray<ModuleImport>
  /** What else it says; names of modules that it imports as it runs are in `dynamic`. */
  readonly words: ReadonlyArray<string>
  readonly dynamic: ReadonlyArray<string>
}

const layout = /(?:[^\S\n\r]+|[\n\r\u2028\u2029]|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/)+/y
const word = /[\p{ID_Start}$_#\d][\p{ID_Continue}$.]*/uy
const name = /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy
const quoted = /"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'/y
const regex = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/uy
const twice = /\+\+|--|\*\*/y

/** After these a `/` begins a regular expression; after a value it divides. */
const beforeRegex = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof".split(" ")
)
/** A line that ends after one of these ends the statement. */
const endsWithLine = new Set(["return", "throw", "break", "continue", "yield", "async"])

const at = (pattern: RegExp, text: string, place: number): string | undefined => {
  pattern.lastIndex = place
  return pattern.exec(text)?.[0]
}

/** Where the template that begins here ends, with whatever stands in its `${…}`. */
const templateEnd = (text: string, begin: number): number => {
  let depth = 0
  for (let place = begin + 1; place < text.length; place++) {
    const sign = text[place]
    if (sign === "\\") place++
    else if (depth === 0 && sign === "`") return place + 1
    else if (depth === 0 && sign === "$" && text[place + 1] === "{") {
      depth++
      place++
    } else if (depth > 0 && sign === "{") depth++
    else if (depth > 0 && sign === "}") depth--
    else if (depth > 0 && sign === "`") place = templateEnd(text, place) - 1
    else if (depth > 0 && (sign === '"' || sign === "'")) place += (at(quoted, text, place)?.length ?? 1) - 1
  }
  return text.length
}

const isValue = (before: string): boolean =>
  /[\p{ID_Continue}$)\]}"'`]$/u.test(before) && !beforeRegex.has(before)

const nextWord = (text: string, place: number, before: string): string => {
  const sign = text[place]!
  if (sign === "`") return text.slice(place, templateEnd(text, place))
  if (sign === "/" && !isValue(before)) return at(regex, text, place) ?? sign
  const isNumber = sign >= "0" && sign <= "9"
  return at(quoted, text, place) ?? at(isNumber ? word : name, text, place) ?? at(twice, text, place) ?? sign
}

/** All words in order, with a mark where the end of a line means something. */
const wordsOf = (text: string): ReadonlyArray<string> => {
  const words: Array<string> = []
  let before = ""
  for (let place = 0; place < text.length; ) {
    const between = at(layout, text, place)
    if (between !== undefined) {
      place += between.length
      const isBroken = /[\n\r]/.test(between)
      const isMeant = endsWithLine.has(before) || text.startsWith("++", place) || text.startsWith("--", place)
      if (isBroken && isMeant) words.push("\n")
      continue
    }
    before = nextWord(text, place, before)
    words.push(before)
    place += before.length
  }
  return words
}

const isName = (each: string | undefined) => each !== undefined && /^["']/.test(each)

/** Takes a module's text apart. What is imported as a type alone is not there when it runs. */
export const tokensOf = (text: string): ModuleTokens => {
  const all = wordsOf(text)
  const imports: Array<ModuleImport> = []
  const words: Array<string> = []
  const dynamic: Array<string> = []
  for (let n = 0; n < all.length; n++) {
    const [here, next] = [all[n]!, all[n + 1]]
    if (here === "import" && next === "(" && isName(all[n + 2])) {
      dynamic.push(all[n + 2]!.slice(1, -1))
      words.push("import", "(", "import")
      n += 2
    } else if (isStatement(all, n)) {
      const end = all.findIndex((each, place) => place > n && isName(each))
      const said = all.slice(n, end)
      if (!isTypeOnly(said)) imports.push({ words: said.join(" "), from: all[end]!.slice(1, -1) })
      n = end
    } else words.push(here)
  }
  return { imports, words, dynamic }
}

/** An import, or an export that names a module. */
const isStatement = (all: ReadonlyArray<string>, place: number): boolean => {
  const [here, next] = [all[place], all[place + 1]]
  if (here === "import") return next !== "(" && next !== "."
  if (here !== "export" || (next !== "{" && next !== "*" && next !== "type")) return false
  const end = all.findIndex((each, n) => n > place && (isName(each) || each === "}" || each === "="))
  return isName(all[end]) || (all[end] === "}" && all[end + 1] === "from")
}

const isTypeOnly = ([, second, third]: ReadonlyArray<string>): boolean =>
  second === "type" && third !== "from" && third !== ","
