import { messages, update, upsert } from "../../src/channels/evolution-shapes.ts"
import { contents, update as telegramUpdate } from "../../src/channels/telegram-updates.ts"

/** One request that must change nothing. */
export interface Forgery {
  readonly what: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

/** What proves a provider's webhooks here. */
export interface WebhookSecrets {
  readonly evolution: string
  readonly telegram: string
}

const whatsapp = [...Object.values(messages).map((content) => upsert(content)), update("READ")]
const telegram = Object.values(contents).map((content) => telegramUpdate(content))
const channels = [
  { path: "/webhook/whatsapp", header: "x-centurion-secret", bodies: whatsapp, secret: "evolution" },
  {
    path: "/webhook/telegram",
    header: "x-telegram-bot-api-secret-token",
    bodies: telegram,
    secret: "telegram"
  }
] as const

const encode = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
const pick = <A>(of: ReadonlyArray<A>, random: () => number): A => of[Math.floor(random() * of.length)]!

/** Secrets that are nearly ours, or somebody else's. */
const wrongSecrets = (right: string): ReadonlyArray<string> => [
  "",
  " ",
  right.slice(0, -1),
  `${right}x`,
  right.toUpperCase(),
  `${right.slice(0, -1)}\u00e9`,
  `sha256=${right}`,
  "0".repeat(right.length),
  `${right}, ${right}x`
]

/** A real shape with letters, bytes or structure broken so that no JSON of ours is left. */
const broken = (body: unknown, random: () => number): readonly [string, Uint8Array<ArrayBuffer>] => {
  const text = JSON.stringify(body)
  const bytes = encode(text)
  const at = Math.floor(random() * (text.length - 2)) + 1
  switch (Math.floor(random() * 7)) {
    case 0:
      return ["cut off", bytes.slice(0, at)]
    case 1: {
      // A byte that stands nowhere in UTF-8.
      bytes[at] = 0xff
      return ["bad UTF-8", bytes]
    }
    case 2:
      return ["deep nesting", encode(`${"[".repeat(20_000)}${"]".repeat(20_000)}`)]
    case 3:
      return ["a second body behind it", encode(`${text}${text}`)]
    case 4:
      return ["no JSON", encode(pick(["", "null", "true", "0", '"x"', "<xml/>", "a=b&c=d", "[]"], random))]
    case 5:
      return ["an event that nobody knows", encode(JSON.stringify({ event: "unknown", data: {} }))]
    default:
      return [
        "no object where one is wanted",
        encode(JSON.stringify({ ...(body as object), data: at, message: at }))
      ]
  }
}

/** As many as are wanted; a few of them carry 10 MB. */
export function* forgeries(count: number, secrets: WebhookSecrets, random: () => number): Generator<Forgery> {
  const large = encode(`{"event":"messages.upsert","data":"${"x".repeat(10 * 1024 * 1024)}"}`)
  for (let n = 0; n < count; n++) {
    const { path, header, bodies, secret } = pick(channels, random)
    const right = secrets[secret]
    const body = pick<unknown>(bodies, random)
    if (n % 5000 === 4999) yield { what: "10 MB", path, headers: { [header]: right }, body: large }
    else if (random() < 0.5) {
      const wrong = pick([undefined, ...wrongSecrets(right)], random)
      // Headers are bytes; what is none can't be sent at all.
      const headers = wrong === undefined ? {} : { [header]: Buffer.from(wrong).toString("latin1") }
      yield { what: "a wrong secret", path, headers, body: encode(JSON.stringify(body)) }
    } else {
      const [what, bytes] = broken(body, random)
      yield { what, path, headers: { [header]: right }, body: bytes }
    }
  }
}
