import type { TestDatabase } from "../../../databases.ts"

/** A column of a table, or a log, with all that stands in it. */
export interface Place {
  readonly name: string
  readonly texts: ReadonlyArray<string>
}

/** Every column of every table in the schemas `es` and `public`: as text, bytes also as latin1 and as hex. */
export const everyColumn = async ({ admin }: TestDatabase): Promise<ReadonlyArray<Place>> => {
  const columns = await admin(
    `select c.table_schema || '.' || c.table_name, c.column_name, c.udt_name
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema in ('es', 'public') and t.table_type = 'BASE TABLE' order by 1, 2`
  )
  const places: Array<Place> = []
  for (const table of new Set(columns.map(([table]) => String(table)))) {
    const own = columns
      .filter(([of]) => of === table)
      .map(([, name, type]) => ({ name, isBytes: type === "bytea" }))
    const list = own.map(({ name, isBytes }) => (isBytes ? `encode("${name}", 'hex')` : `"${name}"::text`))
    const rows = await admin(`select ${list.join(", ")} from ${table}`)
    own.forEach(({ name, isBytes }, place) => {
      const texts = rows.map((row) => String(row[place] ?? ""))
      const bytes = isBytes ? texts.map((hex) => Buffer.from(hex, "hex").toString("latin1")) : []
      places.push({ name: `${table}.${name}`, texts: [...texts, ...bytes] })
    })
  }
  return places
}

/** What of a base64 text is the same wherever in a longer one the token begins. */
const base64Forms = (bytes: Buffer): ReadonlyArray<string> =>
  [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64url")
    const inside = text.slice([0, 2, 3][before], text.length - ((before + bytes.length) % 3 === 0 ? 0 : 1))
    return [inside, inside.replaceAll("-", "+").replaceAll("_", "/")]
  })

const escapedForm = (token: string) =>
  token.replace(/[^ -~]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** The token as it is, and as it may be disguised; each form with its name. */
const formsOf = (token: string): ReadonlyArray<readonly [string, string]> => {
  const bytes = Buffer.from(token)
  return [
    ["itself", token.toLowerCase()],
    ["its bytes", bytes.toString("latin1").toLowerCase()],
    ["hex", bytes.toString("hex")],
    ["escaped JSON", escapedForm(token).toLowerCase()],
    ["a URL", encodeURIComponent(token).toLowerCase()],
    ["a form", new URLSearchParams([["", token]]).toString().slice(1).toLowerCase()],
    // Case matters in base64, but a lower-cased one found would be no less a leak.
    ...base64Forms(bytes).map((form) => ["base64", form.toLowerCase()] as const)
  ]
}

/** Sentences about every token that stands in a place, in whatever form. */
export const findTokens = (
  places: ReadonlyArray<Place>,
  tokens: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const searched = places.map(({ name, texts }) => ({ name, text: texts.join("\n").toLowerCase() }))
  return tokens.flatMap((token) => {
    const forms = formsOf(token)
    return searched.flatMap(({ name, text }) => {
      const form = forms.find(([, needle]) => text.includes(needle))
      return form === undefined ? [] : [`${name} holds "${token}" as ${form[0]}`]
    })
  })
}
