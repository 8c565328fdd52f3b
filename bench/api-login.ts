import { spawn } from "node:child_process"
import { join } from "node:path"
import type { ScratchDatabase } from "./scratch-database.ts"

const root = join(import.meta.dirname, "..")
const email = "bench@example.com"
const password = "a long password for a bench"

/** Makes the user that a bench logs in as. */
export const createAdmin = (env: Readonly<Record<string, string>>) =>
  new Promise<void>((resolve, reject) => {
    const args = [join(root, "src/cli/main.ts"), "users", "create-admin", email, "--stdin"]
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["pipe", "ignore", "pipe"]
    })
    let said = ""
    child.stderr.on("data", (chunk) => {
      said += chunk
    })
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`no user was made, exit code ${code}: ${said}`))
    )
    child.stdin.end(`${password}\n`)
  })

/** Posts to the API; fails with its answer when that is no success. */
export const post = async <A>(url: string, body: unknown, token?: string): Promise<A> => {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
    },
    body: JSON.stringify(body)
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as A
}

/** An access token of the user that `createAdmin` made. */
export const logIn = async (url: string): Promise<string> => {
  const { tokens } = await post<{ readonly tokens: { readonly accessToken: string } }>(
    `${url}/api/v1/auth/login`,
    { email, password }
  )
  return tokens.accessToken
}

/** A program's key that may ask as often as it likes. */
export const apiKeyOf = async (url: string, { admin }: ScratchDatabase): Promise<string> => {
  const asked = { name: "bench", roles: ["Admin"] }
  const { key } = await post<{ readonly key: string }>(`${url}/api/v1/api-keys`, asked, await logIn(url))
  await admin.query("update core.api_key set per_minute = 100000000, per_hour = 100000000")
  return key
}
