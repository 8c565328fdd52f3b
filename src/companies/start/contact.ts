import * as Result from "effect/Result"
import type { ContactInput } from "../../../machines/contact/events.ts"
import type { Start } from "./start.ts"

/** A contact has the id of the person that it is about. */
export const startContact: Start<typeof ContactInput.Type> = ({ address }) =>
  Result.succeed({ leadId: address.id })
