import type { VerifyProgress } from "../../../eventstore/verify.ts"
import { grouped } from "../terminal.ts"

/** `12,000 of 48,000 events (25%), 60,000/s, 1 s left`. */
export const progressLine = ({ checked, total }: VerifyProgress, seconds: number): string => {
  const rate = seconds > 0 ? checked / seconds : 0
  const left = rate > 0 ? `, ${Math.ceil((total - checked) / rate)} s left` : ""
  const percent = total > 0 ? Math.floor((100 * checked) / total) : 100
  return `${grouped(checked)} of ${grouped(total)} events (${percent}%), ${grouped(Math.round(rate))}/s${left}`
}
