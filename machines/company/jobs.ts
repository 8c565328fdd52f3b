/** A company asks nothing of the outside world. */
export const companyJobs = {} as const
