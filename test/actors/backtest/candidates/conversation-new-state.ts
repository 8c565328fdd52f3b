import { conversationMachine } from "../../../../machines/conversation/machine.ts"
import { conversationSetup } from "../../../../machines/conversation/setup.ts"

const { states, ...root } = conversationMachine.config
const writing = states!.writing as unknown as {
  readonly invoke: { readonly onError: ReadonlyArray<unknown> }
}

/** A model that does not answer is asked again after a while, before a person is. */
export const patientConversation = conversationSetup.createMachine({
  ...root,
  states: {
    ...states,
    writing: {
      ...writing,
      invoke: {
        ...writing.invoke,
        onError: [writing.invoke.onError[0], { target: "waitingForModel" }]
      }
    },
    waitingForModel: {
      on: { MessageReceived: { guard: "speaks", target: "collecting", actions: ["giveUpReply", "hear"] } },
      after: { repair: "writing" }
    }
  }
} as never)
