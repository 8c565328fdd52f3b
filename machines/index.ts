import { account } from "./account/listed.ts"
import { company } from "./company/listed.ts"
import { contact } from "./contact/listed.ts"
import { conversation } from "./conversation/listed.ts"
import { deal } from "./deal/listed.ts"
import { lead } from "./lead/listed.ts"
import type { ListedMachine } from "./listed-machine.ts"
import { reply } from "./reply/listed.ts"

/** One of them, as its own schemas type it. */
export type Listed = (typeof listed)[number]

const listed = [conversation, lead, deal, contact, account, company, reply]

/** The machines that run here; a new one is a folder and a line in this list. */
export const machines: ReadonlyArray<ListedMachine> = listed
