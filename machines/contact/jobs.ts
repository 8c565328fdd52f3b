/** A contact asks nothing of the outside world. */
export const contactJobs = {} as const
