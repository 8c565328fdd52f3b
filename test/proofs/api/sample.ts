import { type JsonSchema, type OpenApiDocument, resolved } from "./open-api-document.ts"
import type { Random } from "./random.ts"

const words = [
  "blue",
  "Rui Lima",
  "they asked for it",
  "x",
  "ação",
  "2026-03-01T12:00:00Z",
  "rui@example.com"
]

/** An example of the schema's own, if it shows one. */
export const exampleOf = (document: OpenApiDocument, given: JsonSchema, random: Random): unknown => {
  const schema = resolved(document, given)
  const shown = schema.examples ?? (schema.example === undefined ? [] : [schema.example])
  if (shown.length > 0) return random.pick(shown)
  for (const each of schema.allOf ?? []) {
    const found = exampleOf(document, each, random)
    if (found !== undefined) return found
  }
  return undefined
}

/** A value of the schema: what is required, and about half of what may be left out. */
export const sampleOf = (
  document: OpenApiDocument,
  given: JsonSchema,
  random: Random,
  depth = 0
): unknown => {
  const schema = resolved(document, given)
  if (schema.enum !== undefined) return random.pick(schema.enum)
  if (schema.anyOf !== undefined) return sampleOf(document, random.pick(schema.anyOf), random, depth + 1)
  if (depth > 6) return null
  switch (schema.type) {
    case "object": {
      const names = Object.keys(schema.properties ?? {}).filter(
        (name) => schema.required?.includes(name) || random.chance(0.5)
      )
      return Object.fromEntries(
        names.map((name) => [name, sampleOf(document, schema.properties![name]!, random, depth + 1)])
      )
    }
    case "array":
      return Array.from({ length: random.below(3) }, () =>
        sampleOf(document, schema.items ?? {}, random, depth + 1)
      )
    case "integer":
    case "number": {
      const [least, most] = [
        Math.max(schema.minimum ?? 0, -1_000),
        Math.min(schema.maximum ?? 500, 1_000_000)
      ]
      return least + random.below(most - least + 1)
    }
    case "boolean":
      return random.chance(0.5)
    case "null":
      return null
    default:
      return schema.format === "date-time" ? "2026-03-01T12:00:00Z" : random.pick(words)
  }
}
