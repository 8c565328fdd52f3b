import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { webChat } from "../../channels/web-chat/web-chat.ts"
import { Companies } from "../../companies/companies.ts"

const html = readFileSync(join(import.meta.dirname, "chat-page.html"), "utf8")

/** The hashes of the page's own script and style: nothing else may run there. */
const hashesOf = (tag: "script" | "style"): string =>
  [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))]
    .map(([, text]) => `'sha256-${createHash("sha256").update(text!).digest("base64")}'`)
    .join(" ")

const policy = [
  "default-src 'none'",
  `script-src ${hashesOf("script")}`,
  `style-src ${hashesOf("style")}`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'"
].join("; ")

/** `GET /`: the page to talk in, with the first company that has one; `?company=` names another. */
export const pageRoutes = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const companies = yield* Companies
    const page = Effect.sync(() => {
      const first = companies.all.find(({ instances }) =>
        instances.some(({ channel }) => channel === webChat.name)
      )
      return HttpServerResponse.text(html.replace('data-company=""', `data-company="${first?.id ?? ""}"`), {
        contentType: "text/html; charset=utf-8",
        headers: {
          "content-security-policy": policy,
          "cache-control": "no-cache",
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff"
        }
      })
    })
    yield* router.add("GET", "/", page)
  })
)
