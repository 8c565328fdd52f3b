import { conversationJobs } from "../conversation/jobs.ts"

/** A reply is sent like a chunk of the AI's. */
export const replyJobs = { sendChunk: conversationJobs.sendChunk } as const
