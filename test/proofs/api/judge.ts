import type { Somebody } from "./crowd.ts"
import type { Draft } from "./draft.ts"
import { misfit } from "./fits-schema.ts"
import type { OpenApiDocument } from "./open-api-document.ts"
import type { Received } from "./send.ts"

/** What answers are held against. */
export interface Law {
  readonly document: OpenApiDocument
  /** In no answer, whoever asks. */
  readonly secrets: ReadonlyArray<string>
}

const markerOfOthers = (company: Somebody["company"]): RegExp =>
  company === "acme" ? /theirs-/i : company === "globex" ? /ours-/i : /theirs-|ours-/i

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What is wrong with an answer: a sentence each. */
export const judge = (
  law: Law,
  somebody: Somebody,
  draft: Draft,
  received: Received
): ReadonlyArray<string> => {
  const { status, headers, text } = received
  if (status === undefined) return /^not sent/.test(text) ? [] : [`the connection broke: ${text}`]
  const wrongs: Array<string> = []
  const declared = draft.operation.responses[String(status)]
  const type = String(headers["content-type"] ?? "")
  if (status >= 500 && !(status === 503 && declared !== undefined && headers["retry-after"] !== undefined))
    wrongs.push(`the status is ${status}`)
  if (
    declared === undefined &&
    status !== 304 &&
    // By another method or path it may have come to another operation, or to none.
    !(draft.strayed && status < 500)
  )
    wrongs.push(`the status ${status} is not in the document`)
  if (status >= 400 && draft.method !== "HEAD" && !/^application\/problem\+json/.test(type))
    wrongs.push(`the error ${status} is ${type || "without a type"}, no problem`)
  // Whoever knows a password is its user, whatever else they show; the drafts know one of acme.
  const company = draft.operation.id === "auth.login" ? "acme" : somebody.company
  const others = markerOfOthers(company).exec(text)
  if (others !== null)
    wrongs.push(
      `it tells of the other company: …${text.slice(Math.max(0, others.index - 40), others.index + 40)}…`
    )
  if (somebody.isForged && status < 400 && draft.operation.needsCredentials && !draft.strayed)
    wrongs.push(`forged credentials were let in with ${status}`)
  const told = law.secrets.find((secret) => text.includes(secret))
  if (told !== undefined) wrongs.push(`it tells a secret that begins with ${told.slice(0, 4)}`)
  const schema = declared?.content?.[type.split(";")[0]!]?.schema
  if (schema !== undefined && !draft.strayed && draft.method !== "HEAD") {
    const wrong = misfit(law.document, schema, jsonOf(text))
    if (wrong !== undefined) wrongs.push(`the answer ${status} is not as the document says: ${wrong}`)
  }
  return wrongs
}
