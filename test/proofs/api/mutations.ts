import { type Draft, idsFor, type Material } from "./draft.ts"
import { hostileBodies, hostileHeaders, hostileTexts, hostileValues } from "./hostile-values.ts"
import type { Random } from "./random.ts"

/** A way to spoil a request; it does nothing where there is nothing to spoil. */
type Mutation = (draft: Draft, random: Random, material: Material) => void

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** An object somewhere in the body. */
const somewhere = (value: unknown, random: Random): Record<string, unknown> | undefined => {
  if (!isObject(value)) return undefined
  const inner = Object.values(value).filter(isObject)
  return inner.length > 0 && random.chance(0.4) ? somewhere(random.pick(inner), random) : value
}

const spoilField =
  (by: (object: Record<string, unknown>, name: string, random: Random) => void): Mutation =>
  (draft, random) => {
    const object = somewhere(draft.body, random)
    const names = Object.keys(object ?? {})
    if (object !== undefined && names.length > 0) by(object, random.pick(names), random)
  }

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) })

const spoilCursor = (cursor: string, random: Random): string => {
  const read = Buffer.from(cursor, "base64url").toString()
  const at = random.below(read.length)
  const other = random.pick([
    read.replace(/"after":\[[^\]]*\]/, `"after":[${JSON.stringify(random.pick(hostileTexts))},"lead-0"]`),
    read.replace(
      /"after":\[[^\]]*\]/,
      `"after":[${random.pick(["null,null", "1e308,1", "[],{}", "true,-1"])}]`
    ),
    read.replace(/"order":"[^"]*"/, '"order":"(select 1)"'),
    `${read.slice(0, at)}${String.fromCharCode(32 + random.below(90))}${read.slice(at + 1)}`
  ])
  return Buffer.from(other).toString("base64url")
}

/** All of them, by name. */
export const mutations: Readonly<Record<string, Mutation>> = {
  otherCompanysId: (draft, random, material) => {
    const at = draft.operation.path.split("/").slice(1)
    for (const [n, segment] of at.entries()) {
      const name = /^\{(.+)\}$/.exec(segment)?.[1]
      if (name !== undefined)
        draft.segments[n] = random.pick(idsFor(draft.operation, name, material, "theirs"))
    }
  },
  hostileId: (draft, random) => {
    const at = draft.operation.path.split("/").slice(1)
    for (const [n, segment] of at.entries())
      if (segment.startsWith("{")) {
        draft.segments[n] = random.pick(hostileTexts)
        draft.strayed = true
      }
  },
  wrongType: spoilField((object, name, random) => {
    object[name] = random.pick(hostileValues)
  }),
  hostileField: spoilField((object, name, random) => {
    object[name] = random.pick(hostileTexts)
  }),
  missingField: spoilField((object, name) => {
    delete object[name]
  }),
  moreFields: (draft, random) => {
    const object = somewhere(draft.body, random)
    if (object === undefined) return
    for (const name of ["by", "at", "company", "companyId", "principal", "roles", "id", "type"])
      if (random.chance(0.3)) object[name] = random.pick(["globex", "person:boss", 1, ["super_admin"]])
  },
  deepField: spoilField((object, name, random) => {
    object[name] = nested(random.pick([5, 28, 31, 40]))
  }),
  hugeField: spoilField((object, name, random) => {
    object[name] = "x".repeat(random.pick([201, 1_001, 60_000]))
  }),
  rawBody: (draft, random) => {
    draft.rawBody = random.pick(hostileBodies)
  },
  bodyOnAnything: (draft, random) => {
    draft.rawBody = Buffer.from(JSON.stringify(random.pick(hostileValues)))
  },
  contentType: (draft, random) => {
    draft.headers.push([
      "content-type",
      random.pick(["text/plain", "application/xml", "multipart/form-data", "", "application/jsonp", "json"])
    ])
  },
  otherMethod: (draft, random) => {
    draft.method = random.pick([
      "GET",
      "POST",
      "PUT",
      "PATCH",
      "DELETE",
      "OPTIONS",
      "HEAD",
      "TRACE",
      "PROPFIND"
    ])
    draft.strayed = true
  },
  hostileQuery: (draft, random) => {
    const known = draft.operation.parameters.filter((each) => each.in === "query").map(({ name }) => name)
    const names = [...known.filter((name) => name !== "asOf"), "__proto__", "nosuch", "id[$ne]", "state[]"]
    for (let n = 0; n <= random.below(3); n++)
      draft.query.push([random.pick(names), random.pick(hostileTexts)])
  },
  companyInQuery: (draft, random) => {
    draft.query.push([random.pick(["company", "companyId", "company_id", "tenant"]), "globex"])
  },
  hostileMoment: (draft, random) => {
    if (draft.operation.parameters.some(({ name }) => name === "asOf") && random.chance(0.3))
      draft.query.push(["asOf", random.pick(hostileTexts)])
  },
  alteredCursor: (draft, random, material) => {
    const cursors = material.cursors.get(draft.operation.path)
    if (cursors !== undefined && cursors.length > 0)
      draft.query.push(["cursor", spoilCursor(random.pick(cursors), random)])
  },
  hugePage: (draft, random) => {
    draft.query.push([
      "limit",
      random.pick(["0", "-1", "201", "501", "1e9", "99999999999999999999", "1.5", "٣"])
    ])
  },
  twiceTheSame: (draft, random) => {
    if (draft.query.length > 0) draft.query.push([...random.pick(draft.query)])
  },
  rawQuery: (draft, random) => {
    draft.rawQuery = random.pick([
      "%",
      "%zz=1",
      "a=%ff%fe",
      "&&&=",
      "limit=%00",
      "limit[=1",
      "sort=%F0%9F",
      "?".repeat(50)
    ])
  },
  rawPath: (draft, random) => {
    const path = draft.segments.map(encodeURIComponent).join("/")
    draft.rawPath = random.pick([
      `/${path}/`,
      `//${path}`,
      `/${path}%`,
      `/${path}/%2e%2e/x`,
      `/${path};a=b`,
      `/${path}%00`,
      `/./${path}`
    ])
    draft.strayed = true
  },
  ifMatch: (draft, random) => {
    draft.headers.push([random.pick(["if-match", "if-none-match"]), random.pick(hostileHeaders)])
  },
  idempotencyKey: (draft, random) => {
    draft.headers.push(["idempotency-key", random.pick(hostileHeaders)])
  },
  waitFor: (draft, random) => {
    // A position that never comes makes us wait five seconds.
    if (random.chance(0.2)) draft.headers.push(["centurion-wait-for", random.pick(hostileHeaders)])
  },
  otherHeaders: (draft, random) => {
    draft.headers.push([
      random.pick([
        "x-company",
        "x-company-id",
        "x-http-method-override",
        "x-original-url",
        "cookie",
        "origin",
        "traceparent",
        "b3",
        "accept"
      ]),
      random.pick([
        "globex",
        "DELETE",
        "/api/v1/companies",
        "company=globex",
        "https://elsewhere.example",
        "00-0-0-0",
        "text/html"
      ])
    ])
  }
}
