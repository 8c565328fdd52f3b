/** A request made up from the OpenAPI document. */
export interface FuzzRequest {
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly raw?: string
}

// biome-ignore lint/suspicious/noExplicitAny: a document of any shape is walked
type Any = any

/** Numbers that come out the same for the same seed: mulberry32. */
export const randomFrom = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const hostile = [
  "",
  "' or '1'='1",
  "1); drop table leads; --",
  '"; select pg_sleep(10); --',
  "%00",
  "\u0000",
  "../../globex",
  "globex/lead/1",
  "*",
  "-1",
  "0",
  "99999999999999999999",
  "1e309",
  "NaN",
  "null",
  "true",
  "2026-13-45",
  "2026-01-31T12:00:00Z",
  "\ud800",
  "😀".repeat(50),
  "x".repeat(3000),
  "{}",
  "[]",
  "#{7*7}",
  "<script>alert(1)</script>",
  "eyJhbGciOiJub25lIn0.e30.",
  "__proto__",
  "constructor"
] as const

/** What has broken readers of ids. */
const hostileIds = ["\u0000", "../../globex", "globex/lead/1", "' or '1'='1", "x".repeat(300)] as const

/** Makes up requests from the document; `ids` are put where ids belong. */
export const fuzzer = (document: Any, ids: ReadonlyArray<string>, random: () => number) => {
  const pick = <A>(list: ReadonlyArray<A>): A => list[Math.floor(random() * list.length)]!
  const chance = (of: number) => random() < of

  const resolve = (schema: Any): Any =>
    schema?.$ref === undefined ? (schema ?? {}) : document.components.schemas[schema.$ref.split("/").at(-1)]

  const text = (schema: Any): string => {
    if (chance(0.25)) return pick(hostile)
    if (chance(0.3)) return pick(ids)
    if (schema.format === "date-time") return "2026-01-31T12:00:00.000Z"
    const length = Math.min(schema.maxLength ?? 12, 12)
    return "abcdefghijkl".slice(0, Math.max(schema.minLength ?? 1, Math.ceil(random() * length)))
  }

  const value = (given: Any, depth = 0): unknown => {
    const schema = resolve(given)
    if (chance(0.06) || depth > 5) return pick<unknown>([null, 1, -1.5, "text", [], {}, true, ...hostile])
    if (schema.examples !== undefined && chance(0.5)) return pick(schema.examples as ReadonlyArray<unknown>)
    if (schema.enum !== undefined) return pick(schema.enum as ReadonlyArray<unknown>)
    if (schema.const !== undefined) return schema.const
    const choices = schema.anyOf ?? schema.oneOf
    if (choices !== undefined) return value(pick(choices), depth + 1)
    if (schema.allOf !== undefined && schema.type === undefined) return value(schema.allOf[0], depth + 1)
    switch (schema.type) {
      case "object":
        return object(schema, depth)
      case "array":
        return Array.from({ length: Math.floor(random() * 3) }, () =>
          value(schema.items ?? schema.prefixItems?.[0], depth + 1)
        )
      case "integer":
        return pick([0, 1, 42, -1, 1e15, schema.minimum ?? 5, schema.maximum ?? 7])
      case "number":
        return pick([0, 0.5, -3, 1e300])
      case "boolean":
        return chance(0.5)
      default:
        return text(schema)
    }
  }

  const object = (schema: Any, depth: number) => {
    const made: Record<string, unknown> = {}
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const isNeeded = (schema.required ?? []).includes(name)
      if (chance(isNeeded ? 0.95 : 0.5)) made[name] = value(property, depth + 1)
    }
    if (chance(0.1))
      made[pick(["company", "by", "at", "id", ...hostile])] = pick<unknown>(["globex", 1, null])
    return made
  }

  const pathOf = (path: string, parameters: ReadonlyArray<Any>) => {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const schema = resolve(parameters.find((each) => each.in === "path" && each.name === name)?.schema)
      const known = schema.enum !== undefined && chance(0.8) ? String(pick(schema.enum)) : pick(ids)
      const given = chance(0.7) ? known : chance(0.5) ? pick(hostileIds) : pick(hostile)
      return encodeURIComponent(given.toWellFormed()) || "x"
    })
    const query = parameters
      .filter((each) => each.in === "query" && chance(0.2))
      .map(
        ({ name, schema }) =>
          `${encodeURIComponent(name)}=${encodeURIComponent(String(queryValue(name, resolve(schema))).toWellFormed())}`
      )
    if (chance(0.05)) query.push(`${encodeURIComponent(pick(hostile).toWellFormed())}=1`)
    return query.length === 0 ? filled : `${filled}?${query.join("&")}`
  }

  const queryValue = (name: string, schema: Any): unknown => {
    // A position that never comes is waited for, and a past moment is built from all of history: few of these.
    if (name === "waitFor") return chance(0.1) ? "1:999999" : "1:1"
    if (name === "asOf") return chance(0.5) ? "1:1" : pick(hostile)
    return value(schema)
  }

  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as object).map(([method, operation]) => ({
      path,
      method,
      operation: operation as Any
    }))
  )

  return (leaveOut: ReadonlySet<string>): FuzzRequest => {
    const left = operations.filter(({ operation }) => !leaveOut.has(operation.operationId))
    const { path, method, operation } = pick(left)
    const parameters: ReadonlyArray<Any> = operation.parameters ?? []
    const headers: Record<string, string> = {}
    for (const { in: place, name } of parameters)
      if (place === "header" && chance(0.15))
        headers[name.toLowerCase()] = pick(['"v3"', "*", "key-1", "' or 1=1", "x".repeat(250)])
    const body = operation.requestBody?.content["application/json"]?.schema
    const request = {
      operation: operation.operationId,
      method: method.toUpperCase(),
      path: pathOf(path, parameters)
    }
    if (body === undefined) return { ...request, headers }
    const raw = chance(0.03) ? pick(["{", "", "[[[[", '"text"', "null"]) : JSON.stringify(value(body))
    return {
      ...request,
      headers: { "content-type": chance(0.02) ? "text/plain" : "application/json", ...headers },
      raw
    }
  }
}
