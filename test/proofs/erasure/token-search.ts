import type { Token } from "./tokens.ts"

/** A way of writing a token, as bytes that are looked for. */
interface Form {
  readonly token: string
  readonly form: string
  readonly bytes: Buffer
}

/** A token that was found, and as what. */
export interface Hit {
  readonly token: string
  readonly form: string
  readonly where: string
}

/** Looks for tokens in bytes, however they are written. */
export interface TokenSearch {
  /** Every form of every token that is there. */
  readonly hitsIn: (where: string, bytes: Uint8Array) => ReadonlyArray<Hit>
}

const groupBytes = 3

/** What base64 of any text around it has of the token when it begins at this place of a group of three bytes. */
export const base64At = (bytes: Buffer, place: number): string => {
  const text = Buffer.concat([Buffer.alloc(place), bytes])
    .toString("base64")
    .replace(/=+$/, "")
  const first = place === 0 ? 0 : place + 1
  // The last character holds bits of what comes next, unless the token ends with its group.
  return text.slice(first, (place + bytes.length) % groupBytes === 0 ? undefined : -1)
}

const unicodeEscaped = (text: string, upper: boolean): string =>
  [...Array(text.length).keys()]
    .map((n) => {
      const code = text.charCodeAt(n)
      if (code < 0x7f) return JSON.stringify(text[n]).slice(1, -1)
      const hex = code.toString(16).padStart(4, "0")
      return `\\u${upper ? hex.toUpperCase() : hex}`
    })
    .join("")

/** Percent signs for all that is not a letter, digit or one of a few signs; some writers encode more. */
const urlEncoded = (text: string): ReadonlyArray<string> => {
  const component = encodeURIComponent(text)
  const strict = component.replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
  return [component, strict, strict.replaceAll("%20", "+"), strict.toLowerCase()]
}

const formsOf = ({ name, text }: Token): ReadonlyArray<Form> => {
  const forms = new Map<string, string>()
  const add = (form: string, written: string | Buffer) => {
    const key = Buffer.from(written).toString("latin1")
    if (!forms.has(key)) forms.set(key, form)
  }
  const texts = new Set([text, text.normalize("NFD"), text.toLowerCase(), text.toUpperCase()])
  if (/^[\d\s()+.-]+$/.test(text)) texts.add(text.replace(/\D/g, ""))
  for (const each of texts) {
    const utf8 = Buffer.from(each)
    add("plain", each)
    add("JSON", JSON.stringify(each).slice(1, -1))
    // As a JSON text within another one.
    add("JSON in JSON", JSON.stringify(JSON.stringify(each)).slice(3, -3))
    for (const upper of [false, true]) add("escaped JSON", unicodeEscaped(each, upper))
    for (const encoded of urlEncoded(each)) add("URL", encoded)
    add("hex", utf8.toString("hex"))
    add("hex", utf8.toString("hex").toUpperCase())
    add("UTF-16", Buffer.from(each, "utf16le"))
    for (const place of [0, 1, 2]) {
      const base64 = base64At(utf8, place)
      add("base64", base64)
      add("base64", base64.replaceAll("+", "-").replaceAll("/", "_"))
    }
  }
  return [...forms].map(([bytes, form]) => ({ token: name, form, bytes: Buffer.from(bytes, "latin1") }))
}

/** By their first bytes, which may stand anywhere: few places need a closer look. */
class Beginnings {
  readonly byFour = new Map<number, Array<Form>>()

  constructor(forms: ReadonlyArray<Form>) {
    for (const form of forms) {
      const four = form.bytes.readUInt32LE(0)
      this.byFour.set(four, [...(this.byFour.get(four) ?? []), form])
    }
  }

  findIn(place: Buffer): Set<Form> {
    const found = new Set<Form>()
    const last = place.length - 4
    for (let at = 0; at <= last; at++) {
      const four =
        (place[at]! | (place[at + 1]! << 8) | (place[at + 2]! << 16) | (place[at + 3]! << 24)) >>> 0
      for (const form of this.byFour.get(four) ?? []) {
        if (place.subarray(at, at + form.bytes.length).equals(form.bytes)) found.add(form)
      }
    }
    return found
  }
}

/** Makes the forms of the tokens once for all places. */
export const tokenSearch = (tokens: ReadonlyArray<Token>): TokenSearch => {
  const beginnings = new Beginnings(tokens.flatMap(formsOf))
  return {
    hitsIn: (where, bytes) =>
      [...beginnings.findIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))].map(
        ({ token, form }) => ({ token, form, where })
      )
  }
}
