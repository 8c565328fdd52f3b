/** A deal asks nothing of the outside world. */
export const dealJobs = {} as const
