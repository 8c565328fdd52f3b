import { type JobFailedForNow, JobRefused } from "../../../actors/jobs/job-handler.ts"
import { cleanText } from "../clean-text.ts"
import { channelLimits } from "../limits.ts"
import { field } from "../loose-values.ts"
import { commonFailure, failedForNow, type ProviderAnswer } from "../provider-http.ts"

/**
 * What an answer of Evolution to a send means; none if it took the message. Its errors are
 * `{status, error, response: {message}}`, and its 400 has three meanings: a number that is not on WhatsApp
 * (`exists: false`), a request that it does not understand, and whatever went wrong while sending (`Error: …`), even
 * after WhatsApp took the message.
 */
export const failureOf = (answer: ProviderAnswer): JobRefused | JobFailedForNow | undefined => {
  if (answer.status >= 200 && answer.status < 300) return undefined
  const details = [field(field(answer.body, "response"), "message")].flat(3)
  const words = details.filter((detail) => typeof detail === "string")
  const said = cleanText(
    `Evolution answered ${answer.status}${words.length === 0 ? "" : `: ${words.join("; ")}`}`,
    channelLimits.nameLengthMax
  )
  const common = commonFailure(answer, said)
  if (common !== undefined) return common
  if (details.some((detail) => field(detail, "exists") === false)) {
    return new JobRefused({ reason: "invalidNumber", message: "the number is not on WhatsApp" })
  }
  if (answer.status === 403) return new JobRefused({ reason: "wrongCredentials", message: said })
  if (answer.status === 404) return notFound(answer, said)
  if (answer.status === 400 && words.some(thrownWhileSending)) {
    return failedForNow(answer, "sendFailed", said, "unknown")
  }
  return new JobRefused({ reason: "refusedByProvider", message: said })
}

/** A 404 without Evolution's own shape comes from a proxy that has no Evolution behind it at the moment. */
function notFound(answer: ProviderAnswer, said: string): JobRefused | JobFailedForNow {
  return field(answer.body, "response") === undefined
    ? failedForNow(answer, "providerUnreachable", said, "no")
    : new JobRefused({ reason: "unknownInstance", message: said })
}

function thrownWhileSending(words: string): boolean {
  return /^\w*(Error|Exception)\b/.test(words) || words.startsWith("[object")
}
