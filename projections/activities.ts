import { machines } from "../machines/index.ts"
import type { ListedMachine } from "../machines/listed-machine.ts"
import { titleOf } from "./activity-titles.ts"
import { clearFields, withLeadId } from "./clear-fields.ts"
import { integer, json, maybeJson, maybeText, text, time } from "./column.ts"
import { type ReadModel, readModel } from "./read-model.ts"

const columns = {
  machine: text("The machine of the actor that it happened to.", { filters: true }),
  id: text("The actor's id.", { filters: true }),
  version: integer("The version of its stream."),
  at: time("When.", { filters: true, sorts: true }),
  kind: text("The fact: the type of the event, such as `DealWon`.", { filters: true }),
  title: text("The same in a few words that stay: `Deal won`."),
  by: text("Who did it: `person:ana`, `agent:sdr`, `lead`, `engine`.", { filters: true }),
  why: maybeText("Why: the reason given, or a stable word."),
  lead_id: maybeText(
    "The person's lead, for its lead, deal and contact. The view `timeline` knows it for the actors of other machines.",
    { filters: true }
  ),
  details: json("What the event says, without personal data."),
  personal_details: maybeJson("What the event says, when there is personal data in it.", { personal: true })
}

/**
 * What happened, over all machines: one line for each emitted fact. A machine that nobody told us of is there too, with
 * titles made of its event types.
 */
export const activitiesReadModel = (list: ReadonlyArray<ListedMachine>): ReadModel => {
  const fields = clearFields(list)
  return readModel({
    name: "activities",
    version: 1,
    about:
      "One row for each fact of any machine that is worth a line in a timeline: what, to whom, by whom and why. The view `timeline` adds the messages.",
    key: ["machine", "id", "version"],
    columns,
    indexes: [
      ["lead_id", "at"],
      ["machine", "id", "at"],
      ["kind", "at"]
    ],
    fold: (event) => {
      const title = event.kind === "emitted" ? titleOf(event.machine, event.type) : null
      if (title === null) return []
      const { machine, id, version, recordedAt, type, principal } = event
      const { clear, whole } = fields.parts(event)
      const row = {
        machine,
        id,
        version,
        at: recordedAt,
        kind: type,
        title,
        by: fields.text(event, "by") ?? principal,
        why: fields.text(event, "reason") ?? null,
        lead_id: withLeadId.has(machine) ? id : null,
        details: clear,
        personal_details: whole
      }
      return [{ key: [machine, id, version], change: () => row }]
    }
  })
}

/** The activities of this installation. */
export const activities = activitiesReadModel(machines)
