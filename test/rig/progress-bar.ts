/** A line that is written over again, on a terminal; elsewhere nothing. */
export interface ProgressBar {
  readonly show: (share: number, what: string) => void
  readonly clear: () => void
}

const cells = 24
const redrawMs = 250

const minutes = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`

/** `P3 [######··················] 27%  137 of 500 kills, 2:12, about 5:40 left`. */
export const progressText = (title: string, share: number, what: string, seconds: number): string => {
  const full = Math.round(share * cells)
  const left = share > 0.03 ? `, about ${minutes((seconds * (1 - share)) / share)} left` : ""
  const percent = String(Math.floor(100 * share)).padStart(3)
  return `${title} [${"#".repeat(full)}${"·".repeat(cells - full)}] ${percent}%  ${what}, ${minutes(seconds)}${left}`
}

/** The bar of one proof. */
export const progressBar = (title: string, stream: NodeJS.WriteStream): ProgressBar => {
  if (stream.isTTY !== true) return { show: () => {}, clear: () => {} }
  const began = performance.now()
  let now = { share: 0, what: "begins" }
  const draw = () => {
    const line = progressText(title, now.share, now.what, (performance.now() - began) / 1000)
    stream.write(`\r\u001b[2K${line.slice(0, stream.columns - 1)}`)
  }
  const timer = setInterval(draw, redrawMs)
  return {
    show: (share, what) => {
      now = { share, what }
    },
    clear: () => {
      clearInterval(timer)
      stream.write("\r\u001b[2K")
    }
  }
}
