/** What one contact may have at most. Lengths in characters. */
export const contactLimits = {
  textMax: 200,
  emailMax: 254,
  phoneMax: 40,
  tagsMax: 50,
  tagMax: 40,
  noteMax: 10_000,
  titleMax: 300,
  /** Activities that are not done; with so many, no other open one is taken. */
  openActivitiesMax: 200,
  durationMinutesMax: 24 * 60,
  /** The last moment of the year 9999 in epoch ms: databases and calendars have no later one. */
  momentMax: 253_402_300_799_999
} as const
