/** A chunk is one message: easy to read up to `readable`, never longer than `max` characters. */
export const chunkLimits = { readable: 160, max: 1000, wantedMax: 3, most: 4 } as const

/** Cuts a text that is too long after a sentence, else at a space, else between two characters. */
const cutLong = (text: string): ReadonlyArray<string> => {
  const chunks: Array<string> = []
  let rest = text
  while (rest.length > chunkLimits.max) {
    const head = rest.slice(0, chunkLimits.max)
    const sentence = Math.max(head.lastIndexOf(". "), head.lastIndexOf("! "), head.lastIndexOf("? ")) + 1
    const place = sentence > 0 ? sentence : head.lastIndexOf(" ")
    // A pair of surrogates is one character.
    const hard = /[\uD800-\uDBFF]$/.test(head) ? chunkLimits.max - 1 : chunkLimits.max
    const end = place > 0 ? place : hard
    chunks.push(rest.slice(0, end).trim())
    rest = rest.slice(end).trim()
  }
  return [...chunks, rest]
}

const lengthOf = (left: string | undefined, right: string | undefined) =>
  (left?.length ?? 0) + (right?.length ?? 0) + 1

/** Joins two neighbours of a list. */
const joinAt = (list: ReadonlyArray<string>, place: number): ReadonlyArray<string> => [
  ...list.slice(0, place),
  `${list[place]} ${list[place + 1]}`,
  ...list.slice(place + 2)
]

/** The parts of a reply as one to three messages of readable size (four when they are very long). */
export const splitChunks = (parts: ReadonlyArray<string>): ReadonlyArray<string> => {
  let chunks: ReadonlyArray<string> = []
  for (const part of parts.map((one) => one.trim()).filter((one) => one !== "")) {
    const last = chunks.at(-1)
    const joined = last !== undefined && lengthOf(last, part) <= chunkLimits.readable
    chunks = joined ? [...chunks.slice(0, -1), `${last} ${part}`] : [...chunks, part]
  }
  while (chunks.length > chunkLimits.wantedMax) {
    const lengths = chunks.slice(1).map((chunk, index) => lengthOf(chunks[index], chunk))
    chunks = joinAt(chunks, lengths.indexOf(Math.min(...lengths)))
  }
  return chunks
    .flatMap(cutLong)
    .filter((chunk) => chunk !== "")
    .slice(0, chunkLimits.most)
}
