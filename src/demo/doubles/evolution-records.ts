import { randomBytes } from "node:crypto"
import type { Passed } from "./accepted-log.ts"
import type { Incoming } from "./provider-double.ts"

/** The database id of the double's instances; it stands in every record. */
export const instanceId = "3f1c8b1e-6a54-4c55-9a0b-0d6f1f0a2b3c"

/** A message id as WhatsApp makes them: the prefix tells the kind of device. */
export function newId(prefix: string): string {
  return prefix + randomBytes(9).toString("hex").toUpperCase()
}

/** The message as Evolution answers it to `sendText` and tells it in `send.message`. */
export function sentRecord({ contact, id, at, text }: Passed) {
  return {
    key: { remoteJid: `${contact}@s.whatsapp.net`, fromMe: true, id },
    pushName: "Você",
    status: "PENDING",
    message: { conversation: text },
    contextInfo: { mentionedJid: [], groupMentions: [], disappearingMode: { initiator: 0 } },
    messageType: "conversation",
    messageTimestamp: Math.floor(at / 1000),
    instanceId,
    source: "unknown"
  }
}

/** The kind and content of what a lead writes. */
export function contentOf({ text, audio, image }: Incoming): readonly [string, Record<string, unknown>] {
  const url = "https://mmg.whatsapp.net/v/t62.7117-24/f.enc"
  if (audio !== undefined) {
    const audioMessage = {
      url,
      mimetype: "audio/ogg; codecs=opus",
      fileLength: "8412",
      seconds: audio,
      ptt: true
    }
    return ["audioMessage", { audioMessage }]
  }
  if (image !== undefined) {
    const imageMessage = {
      url,
      mimetype: "image/jpeg",
      caption: image,
      fileLength: "40121",
      height: 800,
      width: 600
    }
    return ["imageMessage", { imageMessage }]
  }
  return ["conversation", { conversation: text ?? "" }]
}

/** The message as `findMessages` gives it. */
export function storedRecord(passed: Passed) {
  const { status, ...record } = sentRecord(passed)
  const key = { ...record.key, fromMe: passed.kind !== "incoming" }
  return { id: `cm${passed.id.toLowerCase()}`, ...record, key, MessageUpdate: [{ status }] }
}
