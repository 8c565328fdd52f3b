import { STATUS_CODES } from "node:http"
import * as OpenApi from "effect/http-api/OpenApi"
import { describe, expect, it } from "vitest"
import { machines } from "../../../machines/index.ts"
import { readModels } from "../../../projections/index.ts"
import { apiRoutes } from "../../../src/api/api.ts"
import { isOfApi } from "../../proofs/api/open-api-document.ts"

const { api } = apiRoutes({ machines, readModels })
// biome-ignore lint/suspicious/noExplicitAny: a document is looked into
const document = OpenApi.fromApi(api as never) as any
const operations: ReadonlyArray<readonly [string, Record<string, never>]> = Object.entries(
  document.paths
).flatMap(([path, methods]) =>
  Object.entries(methods as object).map(
    ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const
  )
)
const failing = (wrong: (operation: never) => boolean) =>
  operations.filter(([, operation]) => wrong(operation as never)).map(([name]) => name)

const resolved = (schema: { readonly $ref?: string } | undefined): Record<string, unknown> =>
  schema?.$ref === undefined
    ? ((schema ?? {}) as never)
    : document.components.schemas[schema.$ref.split("/").at(-1)!]

/** A schema tells what it is by an example of its own or of all that it holds. */
const isShown = (schema: never): boolean => {
  const found = resolved(schema) as Record<string, never>
  return (
    found.examples !== undefined ||
    found.example !== undefined ||
    ((found.allOf as ReadonlyArray<never> | undefined) ?? []).some(isShown)
  )
}

describe("the OpenAPI document", () => {
  it("is version 3.1, and holds an operation of every kind", () => {
    expect(document.openapi).toBe("3.1.0")
    const names = operations.map(([name]) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        "POST /api/v1/auth/login",
        "GET /api/v1/deals",
        "GET /api/v1/deals/{id}",
        "GET /api/v1/deals/{id}/history",
        "POST /api/v1/deals/{id}/events/DealMoveAsked",
        "POST /api/v1/contacts",
        "POST /public/leads",
        "GET /api/v1/live",
        "POST /api/v1/live/tickets",
        "GET /api/v1/live/sse",
        "GET /chat/{company}",
        "POST /webhook/whatsapp",
        "POST /webhook/whatsapp/{instance}",
        "POST /webhook/telegram",
        "POST /webhook/telegram/{instance}",
        "GET /healthz",
        "GET /readyz",
        "GET /health/integrations",
        "GET /metrics"
      ])
    )
  })

  it("says of every operation what it does, and which errors there are", () => {
    expect(failing(({ summary, description }: Record<string, string>) => !summary || !description)).toEqual(
      []
    )
    const hasErrors = ({ responses }: { responses: Record<string, { content?: object }> }) =>
      Object.entries(responses).some(
        ([status, { content }]) =>
          Number(status) >= 400 && content !== undefined && "application/problem+json" in content
      )
    // While it answers at all, it is alive.
    expect(failing((operation) => !hasErrors(operation))).toEqual(["GET /healthz"])
  })

  it("names 401 and 403 wherever credentials are needed, and 429 and 503 everywhere", () => {
    const statuses = ({ responses }: { responses: object }) => Object.keys(responses)
    expect(
      failing((operation: { security?: ReadonlyArray<object> } & { responses: object }) =>
        operation.security?.length ? !statuses(operation).includes("401") : false
      )
    ).toEqual([])
    expect(
      failing((operation) => !["429", "503"].every((status) => statuses(operation).includes(status))).filter(
        (name) => isOfApi(name.split(" ")[1]!)
      )
    ).toEqual([])
  })

  it("calls each problem as HTTP does", () => {
    const titles = Object.entries<{ examples: ReadonlyArray<{ status: number; title: string }> }>(
      document.components.schemas
    )
      .filter(([name]) => name.startsWith("Problem"))
      .map(([, { examples }]) => [examples[0]!.title, STATUS_CODES[examples[0]!.status]])
    expect(titles.length).toBeGreaterThan(10)
    expect(titles.filter(([title, name]) => title !== name)).toEqual([])
  })

  it("shows an example of every body that is sent", () => {
    const bodies = ({ requestBody }: { requestBody?: { content: Record<string, { schema: never }> } }) =>
      Object.values(requestBody?.content ?? {})
    expect(failing((operation) => bodies(operation).some(({ schema }) => !isShown(schema)))).toEqual([])
  })

  it("tells the headers of every answer of the API", () => {
    const headersOf = (path: string, method: string, status: number) =>
      Object.keys(document.paths[path][method].responses[status].headers)
    const limits = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
    const always = ["X-Request-Id", ...limits]
    const move = "/api/v1/deals/{id}/events/DealMoveAsked"
    expect(headersOf(move, "post", 200)).toEqual([...always, "ETag", "Centurion-Wait-For"])
    expect(headersOf(move, "post", 412)).toEqual([...always, "ETag"])
    expect(headersOf(move, "post", 429)).toEqual([...always, "Retry-After"])
    expect(headersOf("/api/v1/contacts", "post", 201)).toEqual([
      ...always,
      "ETag",
      "Centurion-Wait-For",
      "Location"
    ])
    expect(headersOf("/api/v1/company", "get", 200)).toContain("ETag")
    expect(headersOf("/api/v1/deals/{id}", "get", 200)).toContain("ETag")
    const isBare = ({ responses }: { responses: Record<string, { headers?: object }> }) =>
      Object.values(responses).some(({ headers = {} }) => !("X-Request-Id" in headers))
    const isOfOurs = (name: string) => isOfApi(name.split(" ")[1]!) && !name.includes("/live")
    expect(failing(isBare).filter(isOfOurs)).toEqual([])
  })

  it("has a default only where it may be sent, and says of what each list is", () => {
    const wrong: Array<string> = []
    const look = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return
      const { enum: values, default: usual, type } = node as Record<string, unknown>
      if (Array.isArray(values) && usual !== undefined && !values.includes(usual)) wrong.push(path)
      if (type === "array" && !("items" in node) && !("prefixItems" in node)) wrong.push(path)
      for (const [key, inner] of Object.entries(node)) look(inner, `${path}/${key}`)
    }
    look(document, "")
    expect(wrong).toEqual([])
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(["Lead", "Deal", "Conversation", "Contact", "Account"])
    )
  })

  it("has no number that JSON does not have", () => {
    expect(JSON.stringify(document)).not.toMatch(/"(-?Infinity|NaN)"/)
  })

  it("gives each operation an id of its own, and each parameter a description", () => {
    const ids = operations.map(([, operation]) => (operation as { operationId?: string }).operationId)
    expect(new Set(ids).size).toBe(operations.length)
    const bare = ({
      parameters = []
    }: {
      parameters?: ReadonlyArray<{ in: string; description?: string }>
    }) => parameters.some((parameter) => parameter.in !== "path" && !parameter.description)
    expect(failing(bare)).toEqual([])
  })
})
