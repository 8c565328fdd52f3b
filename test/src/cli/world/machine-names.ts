import { machines } from "../../../../machines/index.ts"

/** The machines that there are, as messages list them. */
export const machineNames = machines.map(({ machine }) => machine.id).join(", ")
