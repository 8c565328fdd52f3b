import type { Random } from "../../rig/world/random.ts"

/** What must be nowhere once its person is erased. */
export interface Token {
  /** What it stands for, such as `street`. */
  readonly name: string
  readonly text: string
}

/** The personal words of one person, by what they are. */
export type Tokens = Readonly<Record<TokenName, string>>

const digits = (random: Random, count: number) =>
  Array.from({ length: count }, () => random.below(10)).join("")

const one = (random: Random, letters: string) => letters[random.below(letters.length)]!

/** A pronounceable word that no other text has. */
const word = (random: Random, syllables: number) => {
  const text = Array.from(
    { length: syllables },
    () => one(random, "bcdfglmnprstvz") + one(random, "aeiouãé")
  ).join("")
  return text[0]!.toUpperCase() + text.slice(1)
}

/** As it stands in an address. */
const plain = (text: string) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "")

const makers = {
  phone: (random: Random) => `55119${digits(random, 8)}`,
  firstName: (random: Random) => word(random, 4),
  fullName: (random: Random) => `${word(random, 3)} ${word(random, 4)} d'${word(random, 3)}`,
  nickName: (random: Random) => `${word(random, 2)} 🦜🎻 ${digits(random, 3)}`,
  motherName: (random: Random) => `Dona ${word(random, 4)} ${word(random, 3)}`,
  childName: (random: Random) => `${word(random, 3)}zinho ${word(random, 3)}`,
  bossName: (random: Random) => `Sr. ${word(random, 4)}`,
  email: (random: Random) => `${plain(word(random, 4))}.${digits(random, 3)}@example.com`,
  workEmail: (random: Random) => `contato+${digits(random, 5)}@${plain(word(random, 3))}.com.br`,
  website: (random: Random) => `https://${plain(word(random, 4))}.example/${digits(random, 4)}?a=b&c=d`,
  otherPhone: (random: Random) => `+55 (21) 9${digits(random, 4)}-${digits(random, 4)}`,
  landline: (random: Random) => `(85) 3${digits(random, 3)}-${digits(random, 4)}`,
  street: (random: Random) => `Rua ${word(random, 5)}, ${digits(random, 4)}, apto ${digits(random, 2)}`,
  quarter: (random: Random) => `Jardim ${word(random, 4)} – São ${word(random, 3)}`,
  postCode: (random: Random) => `0${digits(random, 4)}-${digits(random, 3)}`,
  cpf: (random: Random) =>
    `${digits(random, 3)}.${digits(random, 3)}.${digits(random, 3)}-${digits(random, 2)}`,
  rg: (random: Random) => `RG ${digits(random, 2)}.${digits(random, 3)}.${digits(random, 3)}-X`,
  plate: (random: Random) => `QWZ-${digits(random, 1)}J${digits(random, 5)}`,
  account: (random: Random) => `ag. ${digits(random, 4)} c/c ${digits(random, 6)}-${digits(random, 1)}`,
  pix: (random: Random) => `${digits(random, 8)}-${digits(random, 4)}-4${digits(random, 3)}-pix`,
  birthday: (random: Random) =>
    `nasci em ${digits(random, 2)}/${digits(random, 2)}/19${digits(random, 2)}${digits(random, 3)}`,
  illness: (random: Random) => `tenho síndrome de ${word(random, 5)}`,
  quote: (random: Random) => `"${word(random, 3)}" & <${word(random, 3)}> \\ ${word(random, 2)}`,
  emoji: (random: Random) => `👩‍👧‍👦🧿${word(random, 2)}🪕`,
  sentence: (random: Random) =>
    `Olha, eu só consigo falar depois das ${digits(random, 2)}h porque a ${word(random, 4)} faz fisioterapia no ` +
    `centro e o ${word(random, 4)} não pode ficar sozinho, então me liga no fim da tarde, por favor, tá bom?`,
  caption: (random: Random) => `foto da fachada, ${word(random, 5)}`,
  fileName: (random: Random) => `contrato-${word(random, 4).toLowerCase()}-${digits(random, 5)}.pdf`,
  mediaUrl: (random: Random) => `https://files.example/${digits(random, 6)}/${word(random, 5).toLowerCase()}`,
  cardName: (random: Random) => `${word(random, 3)} (contador) ${word(random, 3)}`,
  messageId: (random: Random) => `3A${digits(random, 18)}`
} as const

export type TokenName = keyof typeof makers

/** The personal words of a person that is made up by the seed: no two persons share one. */
export const tokensOf = (random: Random): Tokens =>
  Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make(random)])) as Tokens

/** As a list. */
export const tokenList = (tokens: Tokens): ReadonlyArray<Token> =>
  Object.entries(tokens).map(([name, text]) => ({ name, text }))
