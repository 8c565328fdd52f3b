import { setup } from "xstate"
import { act } from "../rule.ts"
import type { ContactInput } from "./events.ts"
import { contactLimits } from "./limits.ts"
import {
  addTag,
  assignOwner,
  type Contact,
  type ContactEmitted,
  type ContactEvent,
  describe,
  endActivity,
  linkAccount,
  logActivity,
  newContact,
  removeTag,
  writeNote
} from "./rules.ts"

const contactSetup = setup({
  types: {
    context: {} as Contact,
    events: {} as ContactEvent,
    emitted: {} as ContactEmitted,
    input: {} as typeof ContactInput.Type
  },
  actions: {
    describe: act(describe),
    addTag: act(addTag),
    removeTag: act(removeTag),
    writeNote: act(writeNote),
    logActivity: act(logActivity),
    endActivity: act(endActivity),
    assignOwner: act(assignOwner),
    linkAccount: act(linkAccount)
  },
  guards: {
    // Only what is known without the event, so that whoever asks what may be sent is told the truth.
    hasRoomForTag: ({ context }) => context.tags.length < contactLimits.tagsMax,
    hasTags: ({ context }) => context.tags.length > 0,
    hasOpenActivity: ({ context }) => context.openActivities.length > 0
  }
})

/**
 * A contact: what people know and do about one person, whose lead, deal and contact have one id. It has one state:
 * every change is a fact, and what changes nothing says nothing.
 */
export const contactMachine = contactSetup.createMachine({
  id: "contact",
  version: "1.0.0",
  context: ({ input }) => newContact(input),
  initial: "kept",
  states: {
    kept: {
      on: {
        ContactDescribeAsked: { actions: "describe" },
        TagAddAsked: { guard: "hasRoomForTag", actions: "addTag" },
        TagRemoveAsked: { guard: "hasTags", actions: "removeTag" },
        NoteWriteAsked: { actions: "writeNote" },
        ActivityLogAsked: { actions: "logActivity" },
        ActivityDoneAsked: { guard: "hasOpenActivity", actions: "endActivity" },
        OwnerAssignAsked: { actions: "assignOwner" },
        AccountLinkAsked: { actions: "linkAccount" }
      }
    }
  }
})
