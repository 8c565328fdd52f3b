/** A piece of SQL as Postgres takes it apart; `open` is what never ends, `escaped` a name with escapes for its letters. */
export interface SqlPiece {
  readonly kind: "name" | "text" | "number" | "symbol" | "open" | "escaped"
  /** A name as Postgres understands it; anything else as it stands. */
  readonly text: string
  /** Where it begins, from 0. */
  readonly at: number
}

/**
 * Each is looked for where we are; the first that fits is taken. What Postgres takes for code must never pass here for
 * a string or a comment.
 */
const shapes: ReadonlyArray<readonly [SqlPiece["kind"] | "space" | "quoted", RegExp]> = [
  ["space", /(?:[ \t\n\r\f\v]|--[^\n\r]*)+/y],
  ["escaped", /u&"/iy],
  ["text", /e'(?:[^'\\]|\\[\s\S]|'')*'/iy],
  ["text", /'(?:[^']|'')*'/y],
  ["text", /(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[\s\S]*?\1/y],
  ["quoted", /"(?:[^"]|"")*"/y],
  ["open", /e?'|"|\/\*|\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/iy],
  ["number", /(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy],
  ["name", /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy],
  ["symbol", /[\s\S]/y]
]

/** The pieces of the text in order, without spaces and comments; ends at one that never ends or can't be read. */
export const sqlPieces = (sql: string): ReadonlyArray<SqlPiece> => {
  const pieces: Array<SqlPiece> = []
  let at = 0
  while (at < sql.length) {
    const comment = sql.startsWith("/*", at) ? endOfComment(sql, at) : undefined
    if (comment !== undefined) {
      at = comment
      continue
    }
    const { kind, text } = pieceAt(sql, at)
    if (kind !== "space") pieces.push({ kind, text: kind === "name" ? asName(text) : text, at })
    if (kind === "open" || kind === "escaped") break
    at += text.length
  }
  return pieces
}

const pieceAt = (sql: string, at: number) => {
  for (const [kind, shape] of shapes) {
    shape.lastIndex = at
    const found = shape.exec(sql)
    if (found !== null) return { kind: kind === "quoted" ? "name" : kind, text: found[0] } as const
  }
  // The last shape takes anything.
  return { kind: "symbol", text: sql[at]! } as const
}

const asName = (text: string) =>
  text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase()

/** Comments nest; undefined when it never ends. */
const endOfComment = (sql: string, from: number): number | undefined => {
  const marks = /\/\*|\*\//g
  marks.lastIndex = from
  let depth = 0
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === "/*" ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return undefined
}
