/** The lead of these webhooks. */
export const contact = "5511987654321"

/** When they were written, epoch seconds. */
export const writtenAt = 1_760_000_000

/** The envelope around every webhook of Evolution API 2.3. */
export const envelope = (event: string, data: unknown) => ({
  event,
  instance: "main",
  data,
  destination: "http://127.0.0.1:3000/webhooks/evolution",
  date_time: "2025-10-09T05:53:20.000Z",
  sender: "5511900000000@s.whatsapp.net",
  server_url: "http://127.0.0.1:8080",
  apikey: "instance-token"
})

/** A `messages.upsert` with this message; `key` and `more` replace fields. */
export const upsert = (
  message: unknown,
  key: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {}
) =>
  envelope("messages.upsert", {
    key: {
      remoteJid: `${contact}@s.whatsapp.net`,
      fromMe: false,
      id: "3A5AE6C4D1B685E692A0",
      participant: null,
      ...key
    },
    pushName: "Ana Souza",
    status: "DELIVERY_ACK",
    message,
    contextInfo: null,
    messageType: "conversation",
    messageTimestamp: writtenAt,
    instanceId: "3f1c8b1e-6a54-4c55-9a0b-0d6f1f0a2b3c",
    source: "android",
    ...more
  })

/** A `messages.update` with this status; `more` replaces fields. */
export const update = (status: string | undefined, more: Readonly<Record<string, unknown>> = {}) =>
  envelope("messages.update", {
    messageId: "cmfyoow42000hov4xwkdug3lv",
    keyId: "3EB0C14E5561E44C2A63",
    remoteJid: `${contact}@s.whatsapp.net`,
    fromMe: true,
    participant: `${contact}@s.whatsapp.net`,
    status,
    instanceId: "3f1c8b1e-6a54-4c55-9a0b-0d6f1f0a2b3c",
    ...more
  })

const file = {
  url: "https://mmg.whatsapp.net/v/t62.7118-24/1.enc?ccb=11-4",
  fileSha256: "q83vEjRWeJA=",
  fileLength: "40121",
  mediaKey: "q83vEjRWeJA=",
  directPath: "/v/t62.7118-24/1.enc"
}

/** The messages that leads send, as they stand in `data.message`. */
export const messages = {
  conversation: { conversation: "Oi, tudo bem?", messageContextInfo: { deviceListMetadataVersion: 2 } },
  extendedText: {
    extendedTextMessage: { text: "Veja https://example.com", matchedText: "https://example.com" }
  },
  image: { imageMessage: { ...file, mimetype: "image/jpeg", caption: "A fachada", height: 800, width: 600 } },
  voice: { audioMessage: { ...file, mimetype: "audio/ogg; codecs=opus", seconds: 7, ptt: true } },
  video: { videoMessage: { ...file, mimetype: "video/mp4", seconds: 12, caption: null } },
  roundVideo: { ptvMessage: { ...file, mimetype: "video/mp4", seconds: 3 } },
  document: {
    documentMessage: { ...file, mimetype: "application/pdf", fileName: "planta.pdf", title: "planta" }
  },
  sticker: { stickerMessage: { ...file, mimetype: "image/webp", isAnimated: false } },
  location: {
    locationMessage: { degreesLatitude: -23.56, degreesLongitude: -46.65, name: "MASP", address: "" }
  },
  contact: {
    contactMessage: {
      displayName: "Bia",
      vcard: "BEGIN:VCARD\nVERSION:3.0\nFN:Bia\nTEL;type=CELL;waid=5511977776666:+55 11 97777-6666\nEND:VCARD"
    }
  },
  contacts: {
    contactsArrayMessage: {
      displayName: "2 contatos",
      contacts: [
        {
          displayName: "Bia",
          vcard: "BEGIN:VCARD\nTEL;type=CELL;waid=5511977776666:+55 11 97777-6666\nEND:VCARD"
        },
        { displayName: "Caio", vcard: "BEGIN:VCARD\nTEL:+55 (21) 3333-4444\nEND:VCARD" }
      ]
    }
  },
  button: { buttonsResponseMessage: { selectedButtonId: "1", selectedDisplayText: "Quero saber mais" } },
  list: { listResponseMessage: { title: "Plano anual", singleSelectReply: { selectedRowId: "2" } } },
  vanishing: { ephemeralMessage: { message: { extendedTextMessage: { text: "some daqui a pouco" } } } },
  seenOnce: { viewOnceMessageV2: { message: { imageMessage: { ...file, mimetype: "image/jpeg" } } } },
  stored: { imageMessage: { ...file, mimetype: "image/jpeg" }, mediaUrl: "https://s3.example.com/1.jpg" }
} as const
