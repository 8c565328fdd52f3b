import { companySections } from "../machines/company/settings.ts"
import { integer, maybeJson, text, time } from "./column.ts"
import { words } from "./given.ts"
import { type PastEvent, type RowChange, readModel } from "./read-model.ts"

const columns = {
  section: text("The section of the settings: `qualification`, `conversation`, `budgets`…"),
  value: maybeJson("What it is set to; null is what a company has that says nothing."),
  by: text("Who set it."),
  why: text("Why."),
  since: time("Since when.", { sorts: true }),
  version: integer("The version of the company's stream that set it.")
}

/** The company's settings as they are. */
export const companySettings = readModel({
  name: "company_settings",
  version: 1,
  about:
    "One row for each section of the company's settings that was ever set, with who set it and why. Its history is in `activities` with kind `CompanySettingsChanged`.",
  machines: ["company"],
  module: "settings",
  key: ["section"],
  columns,
  fold: (event) => changesOf(event)
})

const changesOf = (event: PastEvent): ReadonlyArray<RowChange<typeof columns>> => {
  const { type, data, recordedAt, version } = event
  const set = (section: string, value: unknown): RowChange<typeof columns> => ({
    key: [section],
    change: () => ({
      section,
      value,
      by: words(data.by),
      why: words(data.reason),
      since: recordedAt,
      version
    })
  })
  if (type === "CompanySettingsChanged")
    return typeof data.section === "string" ? [set(data.section, data.after ?? null)] : []
  if (type !== "CompanyCreated") return []
  return companySections
    .filter((section) => data.settings?.[section] !== undefined)
    .map((section) => set(section, data.settings[section]))
}
