/** A lead asks nothing of the outside world; it speaks to its conversation and its deal. */
export const leadJobs = {} as const
