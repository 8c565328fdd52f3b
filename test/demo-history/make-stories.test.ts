import { expect, test } from "vitest"
import type { Story } from "../../src/demo/history/story.ts"
import { makeStories } from "./make-stories.ts"

test("the same seed makes the same stories, to the byte, and another seed makes others", () => {
  const made = makeStories({ seed: 5, leads: 6 })
  expect(makeStories({ seed: 5, leads: 6 })).toBe(made)
  expect(makeStories({ seed: 6, leads: 6 })).not.toBe(made)
  const [calendar, ...stories] = made.trimEnd().split("\n")
  expect(JSON.parse(calendar!)).toEqual({ from: Date.UTC(2026, 0, 5, 3), until: Date.UTC(2026, 1, 23, 3) })
  expect(stories.length).toBeGreaterThan(2)
  for (const line of stories) {
    const { events } = JSON.parse(line) as Story
    expect(events.at(-1)!.rest).toBe(true)
    // Ids are of one installation, and the file is for all.
    expect(line).not.toMatch(/(lead|conversation|deal|contact)\/[0-9a-f]{20}/)
  }
})
