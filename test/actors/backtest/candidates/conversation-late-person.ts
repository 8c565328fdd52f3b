import { conversationMachine } from "../../../../machines/conversation/machine.ts"
import { conversationSetup } from "../../../../machines/conversation/setup.ts"

/** How long a lead waits for a person before the team is told again, ms. */
export const patienceMs = 3_600_000

const { states, ...root } = conversationMachine.config
const waitingForPerson = states!.waitingForPerson as unknown as {
  readonly on: object
  readonly after: object
}

/** A person who was asked for and has not come within an hour is asked for again. */
export const lateConversation = conversationSetup
  .extend({ delays: { personIsLate: patienceMs } })
  .createMachine({
    ...root,
    states: {
      ...states,
      waitingForPerson: {
        ...waitingForPerson,
        after: { ...waitingForPerson.after, personIsLate: { target: "personIsLate", actions: "handOver" } }
      },
      personIsLate: waitingForPerson
    }
  } as never)
