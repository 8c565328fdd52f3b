const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat("en-u-ca-iso8601", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit"
  })
  formats.set(timeZone, format)
  return format
}

/** The day there, at an instant in epoch ms: `2026-11-20`. The zone is an IANA name that was checked. */
export const dayInTimeZone = (at: number, timeZone: string): string => {
  const parts = formatOf(timeZone).formatToParts(at)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ""
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`
}
