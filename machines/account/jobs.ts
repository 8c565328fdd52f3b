/** An account asks nothing of the outside world. */
export const accountJobs = {} as const
