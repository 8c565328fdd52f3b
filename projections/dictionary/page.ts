import type { Column, ColumnKind } from "../column.ts"
import type { AnalystView, ReadModel } from "../read-model.ts"
import type { Question } from "./questions.ts"

const kinds: Record<ColumnKind, string> = {
  text: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  time: "time",
  json: "JSON",
  texts: "list of texts"
}

const intro = `# Data dictionary

Made from the code by \`npm run dictionary\`; a test fails when it is out of date.

Ask with \`npx centurion query "select …"\`, which enters the company by itself and takes \`--as-of\` for how it was; or
with a login of \`npx centurion analysts\` from any program that speaks to Postgres. There, every company has a schema of
its own with these tables and views, and sees no row of another. [Such a login](../how-to/ask-in-sql.md) is in its company
from the beginning. The app's own login enters one for a transaction; from there on, table names mean that company's:

\`\`\`sql
begin;
select core.enter('acme');
select state, count(*) from leads group by state;
commit;
\`\`\`

- **How fresh.** Tables follow the events live, a moment behind. \`npx centurion projections\` tells how far. Views are
  worked out when they are asked.
- **Times** are \`timestamptz\`. A \`day\`, \`week\` or \`month\` of a view is in the company's time zone. For one of your own:
  \`(created_at at time zone (select time_zone from company_clock))::date\`; without it, days
  are those of the session's time zone.
- **Money**: \`value_cents\` is in the company's currency, of which nothing here tells more; \`cost_usd\` is in US dollars.
- **Personal data** is empty once its person is erased, in tables that are there and in tables that are built again.
  The rest of the row stays, so that counts and sums don't change.
- **One person, one id.** A lead, its contact and its deal have the same id.
- **Every table** has two columns more: \`company\`, which is always yours and stands first in every key, and \`stream\`,
  the actor that the row comes from, as \`machine/id\`.
- **Who**, in \`by\` and \`owner\`: \`person:<user>\`, \`api:<key>\`, \`agent:<persona>\`, \`lead\`, \`engine\`. An
  \`owner_id\` is the user alone: \`'person:' || owner_id\` is the same person.
- **States** and stages of a row are as they are now. When they changed is in \`deal_stages\`, \`lead_journeys\`,
  \`activities\`.
- **F** and **S**: lists of the API may be filtered and sorted by this column. What is sorted by has an index.
`

/** The page of the data dictionary, as Markdown. */
export const dictionaryPage = (
  models: ReadonlyArray<ReadModel>,
  views: ReadonlyArray<AnalystView>,
  questions: ReadonlyArray<Question>
): string =>
  [
    intro,
    contents("Tables", models),
    contents("Views", views),
    "## Ten questions\n",
    ...questions.map(({ asks, sql }, n) => `${n + 1}. ${asks}\n\n${indented(sql)}\n`),
    "## Tables\n",
    ...models.map(tableSection),
    "## Views\n",
    ...views.map(viewSection)
  ].join("\n")

const indented = (sql: string) =>
  ["```sql", sql, "```"]
    .flatMap((text) => text.split("\n"))
    .map((line) => `   ${line}`)
    .join("\n")

const contents = (title: string, list: ReadonlyArray<{ readonly name: string; readonly about: string }>) =>
  `${title}: ${list.map(({ name }) => `[${name}](#${name})`).join(", ")}.\n`

/** A bar would end the cell. */
const cell = (text: string) => text.replaceAll("|", "\\|")

const tableSection = ({ name, about, key, indexes, columns, machines }: ReadModel): string => {
  const rows = Object.entries(columns).map(([column, of]) => `| \`${column}\` | ${columnCells(of)} |`)
  const sorted = Object.keys(columns).filter((column) => columns[column]!.sorts)
  const also = [...indexes.map((list) => list.join(", ")), ...sorted]
  return [
    `### ${name}\n`,
    `${about}\n`,
    `- follows ${machines === undefined ? "every machine" : machines.map((machine) => `\`${machine}\``).join(", ")}`,
    `- key: ${key.map((column) => `\`${column}\``).join(", ")}`,
    ...(also.length === 0 ? [] : [`- quick to find by: ${also.map((list) => `\`${list}\``).join("; ")}`]),
    "\n| column | holds | | about |\n|---|---|---|---|",
    ...rows,
    ""
  ].join("\n")
}

const columnCells = ({ kind, nullable, personal, filters, sorts, values, about }: Column): string => {
  const holds = `${kinds[kind]}${nullable ? " or null" : ""}`
  const marks = [personal ? "personal" : "", filters ? "F" : "", sorts ? "S" : ""].filter(
    (mark) => mark !== ""
  )
  const only = values === undefined ? "" : ` One of ${values.map((value) => `\`${value}\``).join(", ")}.`
  return `${holds} | ${marks.join(" ")} | ${cell(about)}${only}`
}

const viewSection = ({ name, about, columns }: AnalystView): string =>
  [
    `### ${name}\n`,
    `${about}\n`,
    "| column | about |\n|---|---|",
    ...Object.entries(columns).map(([column, says]) => `| \`${column}\` | ${cell(says)} |`),
    ""
  ].join("\n")
