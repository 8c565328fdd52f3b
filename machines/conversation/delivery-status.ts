import type { DeliveryStatus } from "./events.ts"

const followers: Record<DeliveryStatus, ReadonlyArray<DeliveryStatus>> = {
  sent: ["delivered", "read", "failed"],
  delivered: ["read"],
  read: [],
  failed: []
}

/** Whether a message may go from one status to another: forwards only, and `failed` only before `delivered`. */
export const isForward = (from: DeliveryStatus, to: DeliveryStatus): boolean => followers[from].includes(to)
