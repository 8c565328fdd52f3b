import type { AnalystView } from "../read-model.ts"

/** As `src/companies` has it for a company that says nothing. */
const defaultTimeZone = "America/Sao_Paulo"

/** The day of a moment, where the company is. */
export const dayOf = (moment: string): string =>
  `(${moment} at time zone (select clock.time_zone from company_clock clock))::date`

/** Where the company is. */
export const companyClock: AnalystView = {
  name: "company_clock",
  about: "One row: the company's time zone. Every `day`, `week` and `month` of the other views is in it.",
  columns: { time_zone: "IANA name." },
  sql: `select coalesce(
      (select s.value ->> 'timeZone' from company_settings s where s.section = 'conversation'),
      '${defaultTimeZone}'
    ) as time_zone`
}
