/** The lead of these updates. */
export const contact = "7012345678"

/** When they were written, epoch seconds. */
export const writtenAt = 1_760_000_000

const from = {
  id: Number(contact),
  is_bot: false,
  first_name: "Ana",
  last_name: "Souza",
  username: "anasouza",
  language_code: "pt-br"
}

/** A Message of the Bot API with this content. */
export const message = (content: object, more: Readonly<Record<string, unknown>> = {}) => ({
  message_id: 1365,
  from,
  chat: { id: Number(contact), first_name: "Ana", last_name: "Souza", type: "private" },
  date: writtenAt,
  ...content,
  ...more
})

/** An Update with a new message of this content. */
export const update = (content: object, more: Readonly<Record<string, unknown>> = {}) => ({
  update_id: 10_000,
  message: message(content, more)
})

/** The messages that leads send, as the Bot API documents them. */
export const contents = {
  text: { text: "Oi, tudo bem?" },
  command: { text: "/start", entities: [{ offset: 0, length: 6, type: "bot_command" }] },
  voice: {
    voice: { duration: 7, mime_type: "audio/ogg", file_id: "AwACAg", file_unique_id: "AgAD", file_size: 8412 }
  },
  audio: {
    audio: { duration: 180, mime_type: "audio/mpeg", file_id: "CQACAg", file_unique_id: "AgAE", title: "x" }
  },
  photo: {
    photo: [
      { file_id: "small", file_unique_id: "s", file_size: 1253, width: 90, height: 67 },
      { file_id: "large", file_unique_id: "l", file_size: 40121, width: 800, height: 600 },
      { file_id: "medium", file_unique_id: "m", file_size: 9123, width: 320, height: 240 }
    ],
    caption: "A fachada"
  },
  document: {
    document: {
      file_name: "planta.pdf",
      mime_type: "application/pdf",
      file_id: "BQACAg",
      file_unique_id: "AgAF"
    }
  },
  video: { video: { duration: 12, width: 640, height: 360, mime_type: "video/mp4", file_id: "BAACAg" } },
  roundVideo: { video_note: { duration: 3, length: 240, file_id: "DQACAg" } },
  animation: {
    animation: { duration: 2, width: 1, height: 1, mime_type: "video/mp4", file_id: "CgACAg" },
    document: { file_name: "a.mp4", mime_type: "video/mp4", file_id: "CgACAg" }
  },
  sticker: { sticker: { width: 512, height: 512, emoji: "👍", is_animated: false, file_id: "CAACAg" } },
  location: { location: { latitude: -23.56, longitude: -46.65 } },
  venue: {
    location: { latitude: -23.56, longitude: -46.65 },
    venue: { location: { latitude: -23.56, longitude: -46.65 }, title: "MASP", address: "Av. Paulista, 1578" }
  },
  contact: { contact: { phone_number: "+55 11 97777-6666", first_name: "Bia", user_id: 99 } }
} as const
