import { leadMachine } from "../../../../machines/lead/machine.ts"
import { reachesThreshold } from "../../../../machines/lead/rules.ts"

/** Points that a lead needs beyond the company's threshold. */
export const morePoints = 15

/** The lead machine, harder to please. */
export default leadMachine.provide({
  guards: {
    reachesThreshold: ({ context, event }) => {
      const threshold = context.threshold + morePoints
      const stricter = event.type === "CriteriaChanged" ? { ...event, threshold } : event
      return reachesThreshold({ ...context, threshold }, stricter)
    }
  }
})
