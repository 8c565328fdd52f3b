import type { DeliveryStatus } from "../../../machines/conversation/events.ts"
import type { Inbound } from "../../../src/channels/channel.ts"
import type { Random } from "../time/random.ts"
import type { Timeline } from "../time/timeline.ts"
import type { Faults } from "./faults.ts"
import type { Lead } from "./lead.ts"
import type { Accepted } from "./provider.ts"
import type { Webhooks } from "./webhooks.ts"

/** What happens to a message that the provider took: it reaches the lead, is read, and we are told. */
export const deliverToLead = (
  lead: Lead,
  message: Accepted,
  {
    timeline,
    faults,
    random,
    webhooks
  }: {
    readonly timeline: Timeline
    readonly faults: Faults
    readonly random: Random
    readonly webhooks: Webhooks
  }
) => {
  const { channel, contact, messageId } = message
  const tell = (afterMs: number, inbound: (at: number) => Inbound) =>
    timeline.after(afterMs, "world", () => webhooks.send(channel, lead.company.id, [inbound(timeline.now)]))
  const status = (afterMs: number, status: DeliveryStatus) =>
    tell(afterMs, (at) => ({ _tag: "status", instance: "main", contact, messageId, status, at }))
  // A provider of this kind shows us our own messages, as if a person had written them on the phone.
  if (message.kind === "receipt") {
    tell(random.whole(50, 2000), (at) => ({
      ...{ _tag: "message", instance: "main", contact, messageId, at, text: message.text, fromUs: true }
    }))
  }
  if (faults.hit("notDelivered", messageId)) {
    message.failed = true
    return void status(random.spread(500, 30_000), "failed")
  }
  const arrivesMs = random.spread(200, 3000)
  if (random.chance(0.7)) status(arrivesMs, "delivered")
  timeline.after(arrivesMs, "world", () => lead.read(message))
  if (random.chance(0.5)) status(arrivesMs + random.spread(1000, 600_000), "read")
}
