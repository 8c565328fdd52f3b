import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { gunzip } from "node:zlib"
import type { Story, StoryCalendar } from "./story.ts"

/** Where the history is kept; `npm run demo-history` makes it. */
export const storiesFile = join(import.meta.dirname, "stories.jsonl.gz")

/** The file holds about 2 MB; whatever is far larger is not ours. */
const textMaxBytes = 32 * 1024 * 1024

/** Reads the calendar and the stories; JSON lines, gzipped. */
export const readStories = async (
  file = storiesFile
): Promise<{ readonly calendar: StoryCalendar; readonly stories: ReadonlyArray<Story> }> => {
  const text = await promisify(gunzip)(await readFile(file), { maxOutputLength: textMaxBytes })
  const [calendar, ...stories] = text.toString("utf8").trimEnd().split("\n")
  return {
    calendar: JSON.parse(calendar!) as StoryCalendar,
    stories: stories.map((line) => JSON.parse(line) as Story)
  }
}
