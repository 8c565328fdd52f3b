import { conversationMachine } from "../../../../machines/conversation/machine.ts"

/** How much longer than the company's setting a lead may pause within its turn, ms. */
export const longerMs = 4000

/** The conversation machine, slower to believe that the lead has finished. */
export default conversationMachine.provide({
  delays: { turnClosure: ({ context }) => context.settings.turnClosureMs + longerMs }
})
