import { createHmac } from "node:crypto"
import * as Redacted from "effect/Redacted"
import { SignJWT } from "jose"
import { TokenKeys } from "../../../src/accounts/sessions/token-keys.ts"
import type { OpenApiServer } from "../../src/api/open-api.ts"
import { keyOf, type TwoCompanies } from "../../src/api/two-companies.ts"

/** Somebody in whose name requests are sent. */
export interface Somebody {
  readonly name: string
  /** Undefined for a stranger. */
  readonly company: "acme" | "globex" | undefined
  /** As the `Authorization` header; a forged one is never let in. */
  readonly authorization: string | undefined
  readonly isForged: boolean
  /** Asks only to read: so that what changes at their company was done by somebody else. */
  readonly readsOnly: boolean
  /** Of one hundred requests. */
  readonly weight: number
}

/** All who ask, and what of theirs must never be told. */
export interface Crowd {
  readonly all: ReadonlyArray<Somebody>
  readonly secrets: ReadonlyArray<string>
}

const inside = { isForged: false, readsOnly: false }

const forge = async (
  server: OpenApiServer,
  { ours, theirs }: TwoCompanies
): Promise<ReadonlyArray<string>> => {
  const [head, claims, signature] = ours.admin.token.split(".") as [string, string, string]
  const read = JSON.parse(Buffer.from(claims, "base64url").toString())
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const moved = encoded({ ...read, company: "globex" })
  const header = JSON.parse(Buffer.from(head, "base64url").toString())
  const tokenKeys = await server.service(TokenKeys)
  const { key, kid } = await server.run(tokenKeys.current)
  const signed = (body: object, from: number) =>
    new SignJWT({ ...read, ...body })
      .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid })
      .setIssuedAt(from)
      .setExpirationTime(from + 900)
      .sign(key)
  const now = Math.floor(Date.now() / 1000)
  const unsigned = encoded({ ...header, alg: "none" })
  const weak = createHmac("sha256", "").update(`${head}.${moved}`).digest("base64url")
  const gone = await server.as("acme", "ours-gone", "Admin")
  await gone.ask("/api/v1/auth/logout", { method: "POST" })
  return [
    `Bearer ${head}.${moved}.${signature}`,
    `Bearer ${unsigned}.${moved}.`,
    `Bearer ${unsigned}.${claims}.${signature}`,
    `Bearer ${head}.${moved}.${weak}`,
    `Bearer ${head}.${claims}.${theirs.admin.token.split(".")[2]}`,
    `Bearer ${await signed({}, now - 10_000)}`,
    // Signed by our own key, as if it had leaked: a session of acme is none of globex.
    `Bearer ${await signed({ company: "globex" }, now)}`,
    `Bearer ${await signed({ sub: theirs.admin.id }, now)}`,
    `Bearer ${gone.token}`,
    "Bearer cent_abcdefghijkl_abcdefghijklmnopqrstuvwxyz",
    "Bearer cent_' or 1=1 --_x",
    "Bearer ey",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
    `Bearer ${"x".repeat(3_000)}`,
    "Basic YWRtaW46YWRtaW4=",
    "Bearer ",
    ""
  ]
}

/** Users of several roles and keys at both companies, strangers, and bearers of tokens that are worth nothing. */
export const gatherCrowd = async (server: OpenApiServer, companies: TwoCompanies): Promise<Crowd> => {
  const { ours, theirs } = companies
  const secrets: Array<string> = []
  const bearer = (name: string, company: "acme" | "globex", secret: string, weight: number): Somebody => {
    // What is signed or random of it; an access token's head is the same in all.
    secrets.push(secret.startsWith("cent_") ? secret.split("_").slice(2).join("_") : secret.split(".")[2]!)
    const readsOnly = company === "globex"
    return { ...inside, name, company, authorization: `Bearer ${secret}`, weight, readsOnly }
  }
  const owner = await server.as("acme", "ours-owner", "super_admin")
  const user = async (company: "acme" | "globex", role: string, weight: number) => {
    const marker = company === "acme" ? "ours" : "theirs"
    const { token } = await server.as(company, `${marker}-${role.toLowerCase()}`, role)
    return bearer(`${role} of ${company}`, company, token, weight)
  }
  const key = async (company: "acme" | "globex", role: string, weight: number) => {
    const by = role === "super_admin" ? owner : company === "acme" ? ours.admin : theirs.admin
    const made = await keyOf(server, by, role)
    return bearer(`key of ${company} as ${role}`, company, Redacted.value(made.key), weight)
  }
  const people = [
    await user("acme", "Admin", 10),
    await user("acme", "Comercial", 10),
    await user("acme", "Cliente", 3),
    await user("acme", "ai_supervisor", 4),
    await key("acme", "Admin", 36),
    await key("acme", "Comercial", 8),
    await key("acme", "Agente_IA", 4),
    await key("acme", "super_admin", 4),
    await user("globex", "Admin", 3),
    await key("globex", "Admin", 5)
  ]
  const stranger: Somebody = {
    ...inside,
    name: "a stranger",
    company: undefined,
    authorization: undefined,
    weight: 4
  }
  const forged = (await forge(server, companies)).map(
    (authorization, n): Somebody => ({
      ...inside,
      name: `forged credentials ${n}`,
      company: undefined,
      authorization,
      isForged: true,
      weight: 0.6
    })
  )
  return { all: [...people, stranger, ...forged], secrets }
}
