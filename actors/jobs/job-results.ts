import type { Json } from "../../eventstore/database/json.ts"
import type { CommittedJob } from "../engine/working-actor.ts"
import type { Job } from "./job-attempts.ts"

/** The result of a job as an input of the actor that asked for it. */
export const resultInput = (
  job: Job,
  endedAt: number,
  type: "JobSucceeded" | "JobFailed",
  result: { readonly [key: string]: Json }
) => ({
  type,
  data: {
    job: job.job,
    name: job.name,
    ...result,
    attempts: job.attempts,
    askedAt: job.askedAt,
    firstAttemptAt: job.firstAttemptAt ?? endedAt,
    endedAt
  },
  causation: `${job.stream}@${job.job.split(".")[0]}`,
  job: job.job
})

/** A job that was just committed, as the runner takes it. */
export const jobOf = ({ actor, job, name, child, text, action }: CommittedJob, askedAt: number): Job => ({
  company: actor.company,
  partition: actor.partition,
  stream: actor.stream,
  job,
  name,
  child,
  // The handler gets what it would get after a restart.
  input: JSON.parse(text),
  key: actor.key,
  action,
  state: "pending",
  attempts: 0,
  firstAttemptAt: undefined,
  lastAttemptAt: undefined,
  askedAt
})
