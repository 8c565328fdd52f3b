import { randomBytes } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const name = "cli-visitors.json"
const secretShape = /^[A-Za-z0-9_-]{22,64}$/

/** Who we are to a company, kept in `dir` so that a conversation goes on; `fresh` makes us somebody new. */
export const visitorSecret = (dir: string, company: string, fresh: boolean): string => {
  const path = join(dir, name)
  const known = read(path)
  const mine = Object.hasOwn(known, company) ? known[company] : undefined
  if (!fresh && typeof mine === "string" && secretShape.test(mine)) return mine
  const secret = randomBytes(24).toString("base64url")
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    writeFileSync(path, `${JSON.stringify({ ...known, [company]: secret })}\n`, { mode: 0o600 })
  } catch {
    // A directory that can't be written to: this conversation is for once only.
  }
  return secret
}

const read = (path: string): Readonly<Record<string, unknown>> => {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"))
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
