const minuteMs = 60_000
/** Times whose ISO text has the usual length: the years 1 to 9999. */
const firstMs = Date.parse("0001-01-01T00:00:00Z")
const endMs = Date.UTC(10_000, 0, 1)

const seconds = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"))
const milliseconds = Array.from({ length: 1000 }, (_, n) => `.${String(n).padStart(3, "0")}Z`)

let knownMinute = Number.NaN
let knownText = ""

/** As `toISOString`, at a tenth of its cost where times are near each other: a page of a list has hundreds. */
export const isoTime = (at: Date): string => {
  const ms = at.getTime()
  if (!(ms >= firstMs && ms < endMs)) return at.toISOString()
  const minute = Math.floor(ms / minuteMs)
  if (minute !== knownMinute) {
    knownText = at.toISOString().slice(0, "0001-01-01T00:00:".length)
    knownMinute = minute
  }
  const rest = ms - minute * minuteMs
  const second = Math.floor(rest / 1000)
  return knownText + seconds[second] + milliseconds[rest - second * 1000]
}
