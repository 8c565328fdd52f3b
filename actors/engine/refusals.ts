import { type Address, formatAddress } from "../address.ts"
import type { MachineRegistry } from "../machine/machine-registry.ts"
import { EventRefused, TryAgain } from "./engine.ts"
import type { Stop } from "./stopped/stopped-actors.ts"

const notOwnerRetryMs = 1000
const storeRetryMs = 1000
const overloadedRetryMs = 1000

/** No machine of the list has this name. */
export const unknownMachine = (registry: MachineRegistry, { machine }: Address) =>
  new EventRefused({
    reason: "unknownMachine",
    message: `no machine is called "${machine}"; there are ${[...registry.keys()].join(", ")}`
  })

/** The actor does not go on until somebody sees to it. */
export const stoppedRefusal = ({ status, reason, message, version }: Stop, address: Address) => {
  const name = formatAddress(address)
  const how = status === "error" ? "ended in an error" : "is parked"
  const why = message === null ? reason : `${reason}: ${message}`
  return new EventRefused({
    reason: "parked",
    message: `${name} ${how} after version ${version} (${why}); \`centurion actors\` lists, retries and closes such`
  })
}

/** An operator has ended the actor: nothing comes to it any more. */
export const closedRefusal = (address: Address) =>
  new EventRefused({ reason: "closed", message: `${formatAddress(address)} was closed by an operator` })

export const storeAway = (message: string) =>
  new TryAgain({ reason: "storeUnavailable", message, retryAfterMs: storeRetryMs })

export const notOwner = (address: Address) =>
  new TryAgain({
    reason: "notOwner",
    message: `another process owns the partition of ${formatAddress(address)}`,
    retryAfterMs: notOwnerRetryMs
  })

/** To whoever still waits when this process ends. */
export const processEnds = () =>
  new TryAgain({ reason: "notOwner", message: "this process ends", retryAfterMs: notOwnerRetryMs })

export const overloaded = (waiting: number) =>
  new TryAgain({
    reason: "overloaded",
    message: `${waiting} deliveries wait already`,
    retryAfterMs: overloadedRetryMs
  })
