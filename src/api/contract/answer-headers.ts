type Json = Readonly<Record<string, unknown>>

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema?: { readonly $ref?: string } }>>
}

interface Operation {
  readonly security?: ReadonlyArray<unknown>
  readonly responses: Readonly<Record<string, Response>>
}

const header = (description: string, schema: Json, example: unknown) => ({ description, schema, example })
const text = { type: "string" }
const seconds = { type: "integer", minimum: 0 }

const known = {
  "X-Request-Id": header(
    "Names the request in our log; the one of the request, when it has one of 1-128 letters, digits and `_.:/+=-`.",
    text,
    "8f14e45f-ceea-4672-9c2a-5a0e0b4b8f8a"
  ),
  "RateLimit-Limit": header("How many requests may be sent in the window that is fullest.", seconds, 1200),
  "RateLimit-Remaining": header("How many of them are left.", seconds, 1199),
  "RateLimit-Reset": header("In how many seconds they are back.", seconds, 60),
  "Retry-After": header("In how many seconds to try again.", seconds, 1),
  ETag: header("The version, for `If-Match`.", text, '"v8"'),
  "Centurion-Wait-For": header("Sent with the next read, that shows this write.", text, "3:120"),
  Location: header("Where the new thing is read.", text, "/api/v1/contacts/a1b2c3"),
  "WWW-Authenticate": header("How to be somebody.", text, "Bearer")
} as const
type Name = keyof typeof known

/** What each of these schemas is answered with. */
const ofSchemas: Readonly<Record<string, ReadonlyArray<Name>>> = {
  Written: ["ETag", "Centurion-Wait-For"],
  Company: ["ETag"]
}
const ofStatuses: Readonly<Record<string, ReadonlyArray<Name>>> = {
  412: ["ETag"],
  429: ["Retry-After"],
  503: ["Retry-After"]
}

const namesOf = (
  operation: Operation,
  status: string,
  { content = {} }: Response,
  versioned: ReadonlySet<string>
): ReadonlyArray<Name> => {
  const schema = content["application/json"]?.schema?.$ref?.split("/").at(-1) ?? ""
  const isBehindCredentials = (operation.security?.length ?? 0) > 0
  return [
    "X-Request-Id",
    ...(isBehindCredentials ? (["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"] as const) : []),
    ...(isBehindCredentials && status === "401" ? (["WWW-Authenticate"] as const) : []),
    ...(ofSchemas[schema] ?? (versioned.has(schema) ? (["ETag"] as const) : [])),
    ...(status === "201" && schema in ofSchemas ? (["Location"] as const) : []),
    ...(ofStatuses[status] ?? [])
  ]
}

const withHeaders = (operation: Operation, versioned: ReadonlySet<string>): Operation => ({
  ...operation,
  responses: Object.fromEntries(
    Object.entries(operation.responses).map(([status, response]) => [
      status,
      {
        ...response,
        headers: Object.fromEntries(
          namesOf(operation, status, response, versioned).map((name) => [name, known[name]])
        )
      }
    ])
  )
})

/** The document, with the headers of each answer; `versioned` are the names of schemas that come with an ETag. */
export const withAnswerHeaders = (document: Json, versioned: ReadonlySet<string>): Json => ({
  ...document,
  paths: Object.fromEntries(
    Object.entries(document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>).map(
      ([path, methods]) => [
        path,
        Object.fromEntries(
          Object.entries(methods).map(([method, operation]) => [method, withHeaders(operation, versioned)])
        )
      ]
    )
  )
})
