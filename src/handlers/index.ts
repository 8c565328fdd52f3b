import * as Effect from "effect/Effect"
import type { JobHandler } from "../../actors/jobs/job-handler.ts"
import type { Companies } from "../companies/companies.ts"
import type { LanguageModel } from "../models/model.ts"
import type { Channels } from "./channels.ts"
import { sendChunk } from "./send-chunk.ts"
import { showTyping } from "./show-typing.ts"
import { writeReply } from "./write-reply.ts"

/** Every handler of a job. A new one is a file and a line here. */
export const handlers: Effect.Effect<
  ReadonlyArray<JobHandler>,
  never,
  Companies | LanguageModel | Channels
> = Effect.all([writeReply, sendChunk, showTyping])
