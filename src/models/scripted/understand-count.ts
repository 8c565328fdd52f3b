import { hasPhrase } from "./fold-text.ts"
import { isPartOfDate } from "./is-part-of-date.ts"
import { type FoundNumber, findNumbers } from "./number-words.ts"
import { readCorrected } from "./words/corrections.ts"
import { withoutCodes } from "./words/without-codes.ts"

/** More than this is no team. */
const countMax = 1_000_000
/** A cue this many characters from the number is about it: "somos uns 12", "12 ótimas pessoas". */
const nearCharacters = 18

const dozens: ReadonlyArray<readonly [RegExp, number]> = [
  [/^\s*(?:duzias?|docenas?|dozens?)\b/u, 12],
  [/^\s*(?:dezenas?|decenas?)\b/u, 10],
  [/^\s*(?:centenas?|centenares?)\b/u, 100]
]
const fixed: ReadonlyArray<readonly [RegExp, number]> = [
  [/\b(?:meia duzia|media docena|half a dozen)\b/u, 6],
  [/\ba dozen\b/u, 12],
  [/\ba hundred\b/u, 100],
  [
    /\b(?:(?:so|apenas|somente|solo|solamente) (?:eu|yo)|eu so|sozinh[oa]|(?:just|only) (?:me|myself|i)|by myself|on my own|yo sol[oa])\b|^(?:eu|eu mesm[oa]|me|yo|yo mism[oa])[\s.!]*$/u,
    1
  ],
  [/\b(?:a couple|un par de|um par de)\b/u, 2],
  [/\b(?:nos dois|nos duas|the two of us|both of us|nosotros dos|nosotras dos)\b/u, 2]
]

const moneyBefore = /(?:r\$|us\$|\$|€|£)\s*$/u
const otherUnitAfter =
  /^\s*(?:%|°|\+?\s*(?:k|reais|reales|dolares|dollars?|euros?|pesos?|contos?|minut[oa]s?|momento|segundo)\b)/u

/** Words behind a number that are people, or nothing that is counted. */
const people =
  "(?:pessoas?|people|persons?|personas?|gente|staff|usuari[oa]s?|users?|licencas?|licencias?|licen[sc]es|seats|acessos?|logins?|funcionari[oa]s?|empregad[oa]s|empleados?|empleadas?|employees?|colaborador(?:es|as)?|vendedor(?:es|as)?|socios?|socias?|partners?|owners|founders?|others|outr[oa]s|otr[oa]s|mais|mas|more|meninas?|meninos|mulheres|homens|mujeres|hombres|chicas|chicos|girls|guys|women|men|colegas|irmaos|irmas|hermanos|filhos|filhas|hijos|amigos|reps|agents|membros|miembros|members|dentistas|gerentes?|atendentes?|estagiari[oa]s?|\\p{L}+(?:eir|ist|ogad|edic|anic)[oa]s|\\p{L}{2,}(?:istas|ores|eiros|eiras|entes|antes|iners|agers|ineers|tores|doras|dores|tors|etari[oa]s)|medic[oa]s|tecnic[oa]s|costureiras|corretores)"
const notPeople =
  /^(?:clientes?|pacientes|restaurantes|computadores|servidores|contadores de|valores|setores|fornecedores|roteadores|refrigerantes|atendimentos|stores|cores|andares|lugares|celulares|vendores de)\b/u
const nounAfter =
  /^\s*(?:de\s+)?(?:\p{L}{3,}(?:ot|tim|ra|is)[oa]s\s+)?(\p{L}{3,}s|lead|cliente|people|staff|gente)\b/u
const noNoun =
  /^(?:menos|mais|mas|more|nos|das|dos|los|las|pois|depois|days|unos|umas|todos|todas|less|plus|tres|seis|reais|others|usamos|usariamos|estamos|somos|vamos|temos|us)$/u
const endsInPeople = new RegExp(
  `^\\s*(?:(?:de\\s+)?(?:\\p{L}{4,}\\s+)?${people}\\b|(?:no|na|in|en)\\s+\\p{L}+)`,
  "u"
)
/** How many of each is not how many in all. */
const ofEach =
  /\b(?:cada|each|por (?:loja|turno|filial|equipe|tienda|equipo)|per (?:store|shift|team)|a piece|metade d\p{L}+|la mitad|half (?:of|the)|o dobro|turnos)\b/u

const denied = /\b(?:nao|not|no)\s+(?:sao|somos|temos|tem|e|are|have|son|tenemos)\s+(?:so\s+|mais\s+)?$/u

const countsSomethingElse = (after: string, cues: ReadonlyArray<string>): boolean => {
  if (endsInPeople.test(after)) return notPeople.test(after.trimStart())
  const noun = nounAfter.exec(after)?.[1]
  if (noun === undefined || noNoun.test(noun) || hasPhrase(noun, cues)) return false
  return true
}

const isCount = (folded: string, number: FoundNumber, cues: ReadonlyArray<string>): boolean =>
  Number.isInteger(number.value) &&
  number.value <= countMax &&
  !number.doubtful &&
  !moneyBefore.test(folded.slice(0, number.start)) &&
  !otherUnitAfter.test(folded.slice(number.end, number.end + 30)) &&
  !denied.test(folded.slice(0, number.start)) &&
  !countsSomethingElse(folded.slice(number.end, number.end + 60), cues) &&
  !isPartOfDate(folded, number)

const isNear = (folded: string, number: FoundNumber, cues: ReadonlyArray<string>): boolean =>
  hasPhrase(folded.slice(Math.max(0, number.start - nearCharacters), number.start), cues) ||
  hasPhrase(folded.slice(number.end, number.end + nearCharacters), cues)

const countsOne = (folded: string, number: FoundNumber, cues: ReadonlyArray<string>): boolean =>
  hasPhrase(/^\s*(?:unica |sola )?\p{L}+/u.exec(folded.slice(number.end))?.[0] ?? "", cues) &&
  !/\bde\b/u.test(folded.slice(number.end))

const about =
  "(?:\\s+(?:uns|umas|unos|unas|about|around|cerca de|mais ou menos|esses|essas|os|as|the|sobre|mesmo))*\\s*$"
const onlyBefore = new RegExp(`\\b(?:so|apenas|somente|only|just|solo|solamente)${about}`, "u")
const usesAfter =
  /^[^,;]{0,25}\b(?:vao usar|vai usar|iam usar|usariam|usaria|usarao|usam|will use|would use|use it|van a usar|lo usarian|usarian|usaran|lo usan|de usuarios|usuarios)\b/u
const usesBefore =
  /\b(?:vao usar|usariam|usarao|will use|would use|van a usar|usarian|vai usar|va a usar|usuarios seriam|usuarios|usuarios serian)(?:\s+(?:o sistema|sao|are|son|seriam|it|serian|uns|unos|about))*\s*$/u
const nowBefore =
  /\b(?:hoje|atualmente|agora|currently|today|right now|hoy|actualmente)\s+(?:somos |temos |com |sao |we are |we have )?$/u
const inAllBefore =
  /\b(?:dos|das|de los|de las|of the|of our|out of|dos nossos|das nossas|de nuestros|de nossos)\s+(?:(?:nossos|nossas|quase|about)\s+)*$|\b(?:company|empresa|firm|firma)\s+(?:of|de|com|con|with)\s+$/u
const inAllAfter =
  /^\s*(?:\p{L}+\s+)?(?:na empresa|no total|ao todo|in total|in all|in the company|overall|en total|en la empresa)\b/u
/** "de 30 funcionários, 12"; but "de 10 a 15" is a range. */
const ofAllBefore = /^(?:de|of|from)\s+$/u
const rangeAfter = /^\s*(?:a|to|ate|-|hasta)\s*\p{L}*\d*/u

/** The number that is meant where several are told: who will use it, out of all there are. */
const meant = (folded: string, numbers: ReadonlyArray<FoundNumber>): FoundNumber | undefined => {
  if (numbers.length < 2) return undefined
  const before = (one: FoundNumber) => folded.slice(0, one.start)
  const after = (one: FoundNumber) => folded.slice(one.end)
  const isAll = (one: FoundNumber) =>
    inAllBefore.test(before(one)) ||
    inAllAfter.test(after(one)) ||
    (ofAllBefore.test(before(one)) && !rangeAfter.test(after(one)))
  const parts = numbers.filter((one) => !isAll(one))
  return (
    numbers.find((one) => onlyBefore.test(before(one)) && /\p{L}|,/u.test(before(one))) ??
    parts.find((one) => usesBefore.test(before(one))) ??
    parts.find((one) => usesAfter.test(after(one).replace(/\d.*$/u, ""))) ??
    numbers.find((one) => nowBefore.test(before(one))) ??
    (parts.length < numbers.length ? parts[0] : undefined)
  )
}

const self = "(?:eu|me|myself|i|yo|mim|mi)"
const withSelf = new RegExp(
  `^(?:[^\\d]*\\b)?${self}\\s*(?:,|\\+|e|y|and|mais|mas|plus|com|with|con)\\s|(?:,|\\+|\\be|\\by|\\band|\\bplus)\\s*${self}\\b|\\balem de mim\\b|\\bademas de mi\\b|\\bbesides me\\b`,
  "u"
)
/** "meu sócio", "my wife", "minha irmã": one more. */
const somebody =
  /\b(?:(?:o |a )?(?:meu|minha|my|mi)\s+(?!equipe|time|empresa|loja|team|company|equipo|parte)\p{L}+(?<!s))\b/gu
const includesSelf = /\b(?:comigo|contando comigo|conmigo|including me|incluindo eu|counting me)\b/u

const anotherOne =
  /\b(?:mais (?:uma?|alguem)|outr[oa]|otr[oa]|another|one (?:more|other)|someone else|una mas|uno mas)\b/u

/** "eu e mais 3" are four, "2 sócios e 5 funcionários" seven; undefined when nothing is added. */
const sumOf = (folded: string, numbers: ReadonlyArray<FoundNumber>): number | undefined => {
  const me = withSelf.test(folded) && !includesSelf.test(folded)
  const others = [...folded.matchAll(somebody)].filter(
    (match) => !/\b(?:de|da|do|d[ao]s)\s+$/u.test(folded.slice(0, match.index))
  ).length
  const another = anotherOne.test(folded) ? 1 : 0
  const told = numbers.filter(
    (one) => !one.article || /^\s*(?:estagiari|gerente|socio|partner)/u.test(folded.slice(one.end))
  )
  if (me && told.length + others + another > 0 && told.length <= 2)
    return 1 + others + (told.length > 0 ? 0 : another) + told.reduce((sum, one) => sum + one.value, 0)
  const gaps = told.slice(1).map((one, index) => folded.slice(told[index]!.end, one.start))
  const isList =
    told.length > 1 &&
    gaps.every((gap) => addedUp.test(gap)) &&
    !/\d\s*$/u.test(gaps.join("")) &&
    (endsInPeople.test(folded.slice(told.at(-1)!.end)) || /^\s*(?:no|na|em|in|en)\s/u.test(gaps[0]!))
  return isList ? told.reduce((sum, one) => sum + one.value, 0) : undefined
}

const addedUp = new RegExp(
  `^\\s*(?:(?:\\p{L}{4,}\\s+)?${people}(?:\\s+(?:no|na|in|en)\\s+\\p{L}+)?|(?:no|na|in|en)\\s+\\p{L}+)\\s*(?:,|e|y|and|plus|mais|mas|\\+)\\s*$`,
  "u"
)
const timesDozen = (folded: string, number: FoundNumber): FoundNumber => {
  const dozen = dozens.find(([pattern]) => pattern.test(folded.slice(number.end)))
  if (dozen === undefined) return number
  const end = number.end + (dozen[0].exec(folded.slice(number.end))?.[0].length ?? 0)
  return { ...number, value: number.value * dozen[1], end, article: false }
}

const countOf = (folded: string, cues: ReadonlyArray<string>, cuesNeeded: boolean): number | undefined => {
  if (ofEach.test(folded)) return undefined
  const numbers = findNumbers(folded)
    .map((number) => timesDozen(folded, number))
    .filter((number) => isCount(folded, number, cues))
  if (cuesNeeded && !hasPhrase(folded, cues)) return undefined
  const chosen = meant(folded, numbers)?.value ?? sumOf(folded, numbers)
  if (chosen !== undefined) return chosen
  // "uma equipe de 8": an article beside a cue is one only when nothing better is ("uma pessoa").
  const beside = numbers.filter((number) => isNear(folded, number, cues))
  const near =
    beside.find((number) => !number.article) ?? beside.find((number) => countsOne(folded, number, cues))
  if (near !== undefined) return near.value
  if (cuesNeeded) return fixedCount(folded)
  // "uns 3 mil" is rather the budget of the next question than a team.
  const plain = numbers.find((number) => !number.article && number.scale < 1000)
  // "um" alone is one; in "um sistema" it is an article.
  const alone = /^[^\p{L}]*\p{L}+(?:\s+so)?[^\p{L}]*$/u.test(folded)
    ? numbers.find((number) => number.scale < 1000)
    : undefined
  return plain?.value ?? fixedCount(folded) ?? alone?.value
}

/**
 * How many the lead says: "somos 12", "twenty people", "eu e mais 3"; of a range the lower end, of several numbers those
 * who will use it. With `cuesNeeded` a number counts only beside one of the cues; without, a number beside a cue is
 * preferred. A number of something else ("300 pedidos", "5 por loja") is not understood.
 */
export const understandCount = (
  folded: string,
  cues: ReadonlyArray<string>,
  cuesNeeded: boolean
): number | undefined =>
  readCorrected(withoutCodes(folded).replaceAll(/[*_~"]/gu, " "), (text) => countOf(text, cues, cuesNeeded))

const fixedCount = (folded: string) => fixed.find(([pattern]) => pattern.test(folded))?.[1]
