interface Country {
  /** How many digits a number has behind the country's code, without a trunk prefix. */
  readonly lengths: ReadonlyArray<number>
  /** What a number without the country's code must look like to be one of it; default of the right length. */
  readonly shape?: RegExp
  /** The national number as it stands for all its spellings; default as it is. */
  readonly canonical?: (national: string) => string
  /** Spellings that older versions told apart, and providers still use. */
  readonly others?: (national: string) => ReadonlyArray<string>
}

/** Brazilian mobiles got a ninth digit; WhatsApp has many of them without. Landlines begin with 2 to 5 and have none. */
const brazil: Country = {
  lengths: [10, 11],
  shape: /^[1-9]{2}(9\d{8}|[2-9]\d{7})$/,
  canonical: (national) =>
    /^\d\d[6-9]\d{7}$/.test(national) ? `${national.slice(0, 2)}9${national.slice(2)}` : national,
  others: (national) => (/^\d\d9[6-9]\d{7}$/.test(national) ? [national.slice(0, 2) + national.slice(3)] : [])
}

/** WhatsApp writes a 1 before Mexican mobiles, which is dialled no more. */
const mexico: Country = {
  lengths: [10, 11],
  canonical: (national) => (/^1\d{10}$/.test(national) ? national.slice(1) : national),
  others: (national) => (national.length === 10 ? [`1${national}`] : [])
}

/** Argentine mobiles have a 9 before the area from abroad, and a 15 behind it at home. */
const argentina: Country = {
  lengths: [10, 11, 12],
  canonical: (national) => {
    if (/^9\d{10}$/.test(national)) return national.slice(1)
    const home = /^(11|[23]\d{2,3})15(\d{6,8})$/.exec(national)
    return home !== null && national.length === 12 ? `${home[1]}${home[2]}` : national
  },
  others: (national) => (national.length === 10 ? [`9${national}`] : [])
}

/** Benin put 01 before all its numbers in 2024. */
const benin: Country = {
  lengths: [8, 10],
  canonical: (national) => (national.length === 8 ? `01${national}` : national),
  others: (national) => (/^01\d{8}$/.test(national) ? [national.slice(2)] : [])
}

const ofLengths = (...lengths: ReadonlyArray<number>): Country => ({ lengths })

/** By calling code, the countries whose companies' leads may leave the code out. */
const countries: ReadonlyMap<string, Country> = new Map(
  Object.entries({
    ...{ 55: brazil, 52: mexico, 54: argentina, 229: benin },
    ...{ 1: ofLengths(10), 34: ofLengths(9), 44: ofLengths(10), 51: ofLengths(9), 56: ofLengths(9) },
    ...{ 57: ofLengths(10), 58: ofLengths(10), 351: ofLengths(9), 591: ofLengths(8), 593: ofLengths(9) },
    ...{ 595: ofLengths(9), 598: ofLengths(8) }
  })
)

const homes: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /^(America\/(Sao_Paulo|Bahia|Fortaleza|Recife|Maceio|Belem|Manaus|Cuiaba|Campo_Grande|Porto_Velho|Boa_Vista|Rio_Branco|Araguaina|Santarem|Eirunepe|Noronha)|Brazil\/.*)$/,
    "55"
  ],
  [/^(Europe\/Lisbon|Atlantic\/(Azores|Madeira)|Portugal)$/, "351"],
  [/^(Europe\/Madrid|Atlantic\/Canary|Africa\/Ceuta)$/, "34"],
  [/^America\/(Mexico_City|Cancun|Monterrey|Merida|Tijuana|Hermosillo|Chihuahua|Mazatlan)$/, "52"],
  [/^America\/(Argentina\/.*|Buenos_Aires)$/, "54"],
  [/^America\/Bogota$/, "57"],
  [/^America\/(Santiago|Punta_Arenas)$/, "56"],
  [/^America\/Lima$/, "51"],
  [/^America\/Montevideo$/, "598"],
  [/^America\/Asuncion$/, "595"],
  [/^America\/La_Paz$/, "591"],
  [/^America\/Guayaquil$/, "593"],
  [/^America\/Caracas$/, "58"],
  [/^Europe\/London$/, "44"],
  [/^(America\/(New_York|Chicago|Denver|Los_Angeles|Phoenix|Toronto|Vancouver)|US\/.*)$/, "1"]
]

/** The calling code of the country that a company is in, by its time zone; undefined where that is not told. */
export const callingCodeOf = (timeZone: string): string | undefined =>
  homes.find(([zones]) => zones.test(timeZone))?.[1]

/**
 * The digits of a phone number from the country's code on, as they stand for all its spellings, and then other
 * spellings that mean the same. Without a code it is of the `home` country if it can be; what is no number of a country
 * that we know stays as it is.
 */
export const phoneSpellings = (written: string, home?: string): readonly [string, ...Array<string>] => {
  const digits = digitsOf(written)
  const whole = isInternational(written) ? withoutTrunk(digits.replace(/^00/, "")) : atHome(digits, home)
  const [code, country] = countryOf(whole)
  if (country === undefined) return distinct(whole, [digits])
  const national = country.canonical?.(whole.slice(code.length)) ?? whole.slice(code.length)
  const others = country.others?.(national) ?? []
  return distinct(code + national, [whole, digits, ...others.map((other) => code + other)])
}

const distinct = (first: string, rest: ReadonlyArray<string>): readonly [string, ...Array<string>] => [
  first,
  ...[...new Set(rest)].filter((each) => each !== first && each !== "")
]

/** Up to an extension; a device's number and a server stand behind a number of WhatsApp. */
const digitsOf = (written: string): string => {
  const number = written.replace(/^[^\d+]*/, "").replace(/[@:].*$/s, "")
  return number
    .replace(/(\d)\s*[a-z#].*$/is, "$1")
    .replace(/\(0\)/g, "")
    .replace(/\D/g, "")
}

const isInternational = (written: string): boolean => /^\D*\+|^\D*00[1-9]/.test(written)

/** "+55 011 …": a trunk prefix that was written behind the country's code. */
const withoutTrunk = (digits: string): string => {
  const trunked = [...countries.keys()].find((code) => digits.startsWith(`${code}0`) && code !== "229")
  return trunked === undefined ? digits : trunked + digits.slice(trunked.length).replace(/^0+/, "")
}

const atHome = (digits: string, home: string | undefined): string => {
  const country = home === undefined ? undefined : countries.get(home)
  if (home === undefined || country === undefined) return digits
  // A carrier's code may stand between Brazil's trunk prefix and the area.
  const national = digits.replace(home === "55" && /^0\d{12,13}$/.test(digits) ? /^0\d\d/ : /^0+/, "")
  const isOne = country.lengths.includes(national.length) && (country.shape?.test(national) ?? true)
  return isOne ? home + national : digits
}

const countryOf = (digits: string): readonly [string, Country | undefined] => {
  for (const [code, country] of countries)
    if (digits.startsWith(code) && country.lengths.includes(digits.length - code.length))
      return [code, country]
  return ["", undefined]
}
