import { createHash } from "node:crypto"
import type { Language } from "../../machines/conversation/events.ts"
import type { Random } from "../simulator/time/random.ts"

const given = {
  pt: "Ana Beatriz Caio Davi Elisa Fábio Gabriela Heitor Isabela João Karina Lucas Marina Nina Otávio Paula Rafael Sofia Tiago Vera".split(
    " "
  ),
  en: "Alice Ben Clara Daniel Emma Frank Grace Henry Ivy Jack Kate Leo Mary Noah Olive Peter".split(" "),
  es: "Alba Bruno Carmen Diego Elena Felipe Gloria Hugo Inés Javier Lucía Mateo Nuria Óscar Pilar Raúl".split(
    " "
  )
} as const

/** Nobody is called so: whoever reads the demo must see that it is made up. */
const family = {
  pt: [
    "da Fábula",
    "do Conto",
    "Inventado",
    "da Novela",
    "do Enredo",
    "de Exemplo",
    "da Lenda",
    "Imaginário"
  ],
  en: ["Fable", "Storybook", "Example", "Makebelieve", "Placeholder", "Legend"],
  es: ["de la Fábula", "del Cuento", "Ficticio", "Ejemplo", "de la Novela", "Imaginario"]
} as const

/** An account of ours on a channel, and whether it tells how far a message got. */
export const accounts = {
  "web-chat": { instance: "page", tells: false },
  evolution: { instance: "aurora-demo", tells: true },
  telegram: { instance: "aurora-demo-bot", tells: false }
} as const

export type ChannelName = keyof typeof accounts

/** Somebody made up. */
export interface Invented {
  readonly channel: ChannelName
  readonly contact: string
  readonly name: string
  /** On the page many stay without a name. */
  readonly tellsName: boolean
  readonly email: string
  readonly language: Language
}

const plain = (name: string) =>
  name
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, ".")

const areas = {
  en: [202, 303, 404, 505, 606],
  // Puerto Rico and the Dominican Republic.
  es: [787, 939, 809, 829, 849]
} as const

/** So many people can be invented, each with a number of their own. */
export const inventedMax = 100 * areas.en.length

/**
 * The nth invented person. Numbers are of ranges that nobody has: in Brazil no mobile begins with 90, and 555-01xx is
 * kept for fiction in North America; Telegram's ids are far from so high.
 */
export const invent = (n: number, random: Random): Invented => {
  const language = random.weighted({ pt: 68, en: 14, es: 18 })
  const channel = random.weighted({ evolution: 52, "web-chat": 30, telegram: 18 })
  const name = `${random.pick(given[language])} ${random.pick(family[language])}`
  const four = String(n).padStart(4, "0")
  const phone =
    language === "pt" ? `551190000${four}` : `1${areas[language][Math.floor(n / 100)]}55501${four.slice(2)}`
  const contact = {
    evolution: phone,
    telegram: `99000000${four}`,
    "web-chat": createHash("sha256").update(`invented visitor ${n}`).digest("hex").slice(0, 32)
  }[channel]
  const tellsName = channel !== "web-chat" || random.chance(0.6)
  return { channel, contact, name, tellsName, email: `${plain(name)}.${n}@example.com`, language }
}
