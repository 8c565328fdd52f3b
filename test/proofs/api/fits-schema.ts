import { type JsonSchema, type OpenApiDocument, resolved } from "./open-api-document.ts"

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value

const isOfType = (value: unknown, type: string): boolean =>
  type === "integer" ? Number.isInteger(value) : typeOf(value) === type

/** The first place where an answer is not what the document says; undefined when it fits. */
export const misfit = (
  document: OpenApiDocument,
  given: JsonSchema,
  value: unknown,
  place = ""
): string | undefined => {
  const schema = resolved(document, given)
  if (schema.anyOf !== undefined) {
    const wrongs = schema.anyOf.map((each) => misfit(document, each, value, place))
    // Of several, the one that it came closest to says most.
    if (!wrongs.includes(undefined)) return [...wrongs].sort((a, b) => b!.length - a!.length)[0]
  }
  for (const each of schema.allOf ?? []) {
    const wrong = misfit(document, each, value, place)
    if (wrong !== undefined) return wrong
  }
  if (schema.type !== undefined && !isOfType(value, schema.type))
    return `${place || "the whole"} is ${typeOf(value)}, not ${schema.type}`
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return `${place || "the whole"} is none of ${schema.enum.slice(0, 6).join(", ")}`
  if (Array.isArray(value)) {
    for (const [n, item] of value.entries()) {
      const wrong = schema.items && misfit(document, schema.items, item, `${place}/${n}`)
      if (wrong !== undefined) return wrong
    }
    return undefined
  }
  return typeOf(value) === "object" ? misfitOfObject(document, schema, value as never, place) : undefined
}

const misfitOfObject = (
  document: OpenApiDocument,
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  place: string
): string | undefined => {
  const missing = schema.required?.find((name) => !(name in value))
  if (missing !== undefined) return `${place}/${missing} is missing`
  for (const [name, each] of Object.entries(value)) {
    const own = schema.properties?.[name]
    const rest = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined
    if (own === undefined && schema.additionalProperties === false) return `${place}/${name} is not declared`
    const wrong = (own ?? rest) && misfit(document, (own ?? rest)!, each, `${place}/${name}`)
    if (wrong !== undefined) return wrong
  }
  return undefined
}
