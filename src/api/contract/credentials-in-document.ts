import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"

/** How a caller is shown to be somebody. */
const bearer = {
  type: "http",
  scheme: "Bearer",
  description:
    "An access token from `POST /api/v1/auth/login`, or an API key; the company is the one that it belongs to."
}

type Document = Record<string, unknown>
type Operations = Readonly<Record<string, object>>

/** `get /api/v1/deals/{id}`, by which an operation is found in the document. */
const placeOf = (method: string, path: string): string =>
  `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`

/** The operations of all endpoints behind a middleware. */
export const operationsBehind = (
  middleware: unknown,
  groups: ReadonlyArray<HttpApiGroup.Top>
): ReadonlySet<string> =>
  new Set(
    groups.flatMap(({ endpoints }) =>
      Object.values(endpoints).flatMap(({ middlewares, method, path }) =>
        middlewares.has(middleware as never) ? [placeOf(method, path)] : []
      )
    )
  )

/** Says in the OpenAPI document which operations want credentials, and which credentials those are. */
export const withCredentials = (secured: ReadonlySet<string>, document: Document): Document => {
  const paths = Object.entries(document.paths as Record<string, Operations>).map(([path, operations]) => {
    const said = Object.entries(operations).map(([method, operation]) => [
      method,
      secured.has(placeOf(method, path)) ? { ...operation, security: [{ bearer: [] }] } : operation
    ])
    return [path, Object.fromEntries(said)]
  })
  return {
    ...document,
    components: { ...(document.components as object), securitySchemes: { bearer } },
    paths: Object.fromEntries(paths)
  }
}
