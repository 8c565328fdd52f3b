import { accounts } from "./accounts.ts"
import { activities } from "./activities.ts"
import { actors } from "./actors.ts"
import { companySettings } from "./company-settings.ts"
import { contactChannels } from "./contact-channels.ts"
import { contactRecords } from "./contact-records.ts"
import { conversations } from "./conversations.ts"
import { dealStages } from "./deal-stages.ts"
import { deals } from "./deals.ts"
import { deliveries } from "./deliveries.ts"
import { leads } from "./leads.ts"
import { messageRecords } from "./message-records.ts"
import { modelCalls } from "./model-calls.ts"
import { notes } from "./notes.ts"
import type { AnalystView, ReadModel } from "./read-model.ts"
import { tags } from "./tags.ts"
import { tasks } from "./tasks.ts"
import { turnStarts } from "./turn-starts.ts"
import { turns } from "./turns.ts"
import { companyClock } from "./views/clock.ts"
import { costPerOutcome, costs, costsByDay } from "./views/costs.ts"
import { dailyActivity } from "./views/daily.ts"
import { cohortsByWeek, conversion, funnelByDay, leadJourneys } from "./views/funnel.ts"
import { contacts, messages, timeline } from "./views/people.ts"
import { followUpEffect, followUps, handoffs, responseTimes, turnTimes } from "./views/times.ts"
import { channelStatus, dealStageTimes, jobs, timers } from "./views/work.ts"

/** The read models that every company has; a new one is a new file and a line in this list. */
export const readModels: ReadonlyArray<ReadModel> = [
  leads,
  contactRecords,
  contactChannels,
  tags,
  notes,
  tasks,
  accounts,
  conversations,
  messageRecords,
  deliveries,
  turns,
  turnStarts,
  modelCalls,
  deals,
  dealStages,
  activities,
  companySettings,
  actors
]

/** The views for analysts, each after those that it reads. */
export const analystViews: ReadonlyArray<AnalystView> = [
  companyClock,
  contacts,
  messages,
  timeline,
  jobs,
  timers,
  channelStatus,
  dealStageTimes,
  leadJourneys,
  funnelByDay,
  conversion,
  cohortsByWeek,
  turnTimes,
  responseTimes,
  followUps,
  followUpEffect,
  handoffs,
  costs,
  costsByDay,
  costPerOutcome,
  dailyActivity
]
