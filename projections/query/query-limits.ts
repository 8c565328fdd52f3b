/** What a list takes and gives at most. Sizes in characters. */
export const queryLimits = {
  pageDefault: 50,
  pageMax: 200,
  cursorMax: 2_000,
  /** Conditions of one list, and values of one condition. */
  filtersMax: 20,
  filterValuesMax: 50,
  filterValueMax: 500
} as const
