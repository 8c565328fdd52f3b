import { companyCalls } from "./contract/company-calls.ts"
import { engineCalls } from "./contract/engine-calls.ts"
import { partCalls, queryCalls } from "./contract/query-calls.ts"
import { sealCalls } from "./contract/seal-calls.ts"
import { historyCalls, storeCalls } from "./contract/store-calls.ts"
import { contactCalls, subjectCalls } from "./contract/subject-calls.ts"
import { userCalls } from "./contract/user-calls.ts"

/** All that may be asked of the process that runs the engine, and what it answers. */
export const Control = engineCalls.merge(
  ...[storeCalls, historyCalls, subjectCalls, contactCalls, sealCalls],
  ...[companyCalls, queryCalls, partCalls, userCalls]
)

/** Where it is asked, on the loopback and with the token of `engine.json`. */
export const controlPath = "/_engine/control"

/** Carries the package's version: both sides know the same calls, or don't talk. */
export const versionHeader = "centurion-version"
