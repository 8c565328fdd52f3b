import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { keysGroup } from "./accounts/api-keys.ts"
import { authGroup } from "./accounts/auth.ts"
import { meGroup } from "./accounts/me.ts"
import { usersGroup } from "./accounts/users.ts"
import { companyGroup, installationGroup } from "./companies/companies.ts"
import { messagesGroup } from "./crm/conversations.ts"
import { createGroup } from "./crm/create.ts"
import { publicGroup } from "./crm/public-leads.ts"
import { analyticsGroup } from "./lists/analytics.ts"
import { jobsGroup } from "./machines/jobs.ts"
import { stoppedGroup } from "./machines/stopped.ts"
import { erasuresGroup } from "./proof/erasures.ts"
import { historyGroup } from "./proof/history.ts"
import { verifyGroup } from "./proof/verify.ts"

const about = `The company of a request is the one that its token or API key belongs to. Lists come in pages by cursor;
writes take \`If-Match\` and \`Idempotency-Key\`; every error is a problem as in RFC 9457. Times are ISO 8601 in UTC.`

/** What is asked and answered under `/api/v1`, but for what machines and read models get by themselves. */
export const writtenApi = HttpApi.make("centurion")
  .add(
    authGroup,
    meGroup,
    usersGroup,
    keysGroup,
    companyGroup,
    installationGroup,
    createGroup,
    messagesGroup,
    analyticsGroup,
    jobsGroup,
    stoppedGroup,
    historyGroup,
    erasuresGroup,
    verifyGroup,
    publicGroup
  )
  .annotateMerge(OpenApi.annotations({ title: "Centurion", version: "1", description: about }))
