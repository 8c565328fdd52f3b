import type { StoryCalendar } from "../../src/demo/history/story.ts"
import { Office } from "./office.ts"
import { day } from "./office-hours.ts"
import { tellStories } from "./tell-stories.ts"

/** Monday, midnight in São Paulo. */
const from = Date.UTC(2026, 0, 5, 3)
/** Seven weeks, of which the last is cut off where now is: so there are always six whole ones. */
const days = 49

/** The file's text: the calendar, and a story a line. */
export const makeStories = (
  { seed, leads }: { readonly seed: number; readonly leads: number },
  tell?: (share: number) => void
): string => {
  const office = new Office({ seed: String(seed), leads, from, days })
  office.run(tell)
  const calendar: StoryCalendar = { from, until: from + days * day }
  return [calendar, ...tellStories(office)].map((line) => `${JSON.stringify(line)}\n`).join("")
}
