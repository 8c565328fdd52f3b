import { type OpenApiDocument, operationsOf } from "../../proofs/api/open-api-document.ts"

/** What an operation answers. */
export interface ClientAnswer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what it is stands in the document
  readonly body: any
  readonly headers: Headers
}

/** Values by the names of the operation's parameters; `body` is the body. */
export type ClientValues = Readonly<Record<string, unknown>>

/** A function for each operation, by its id: `client["deals.read"]({ id: "7" })`. */
export type GeneratedClient = Readonly<Record<string, (values?: ClientValues) => Promise<ClientAnswer>>>

/** Makes a client from the document alone; it knows nothing else of the server. */
export const generateClient = (document: OpenApiDocument, url: string, token: string): GeneratedClient =>
  Object.fromEntries(
    operationsOf(document).map(({ id, method, path, parameters, body }) => [
      id,
      async (values: ClientValues = {}) => {
        const unknown = Object.keys(values).find(
          (name) => name !== "body" && !parameters.some((parameter) => parameter.name === name)
        )
        if (unknown !== undefined) throw new Error(`${id} has no parameter ${unknown}`)
        const given = (where: string) =>
          parameters
            .filter((parameter) => parameter.in === where && values[parameter.name] !== undefined)
            .map(({ name }): [string, string] => [name, String(values[name])])
        const target = given("path").reduce(
          (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
          path
        )
        const query = new URLSearchParams(given("query"))
        const response = await fetch(`${url}${target}${query.size === 0 ? "" : `?${query}`}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...Object.fromEntries(given("header"))
          },
          ...(body === undefined ? {} : { body: JSON.stringify(values.body) })
        })
        const text = await response.text()
        return {
          status: response.status,
          body: text === "" ? undefined : JSON.parse(text),
          headers: response.headers
        }
      }
    ])
  )
