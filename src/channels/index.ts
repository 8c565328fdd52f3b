import { evolution } from "./evolution/evolution.ts"
import { telegram } from "./telegram/telegram.ts"
import { webChat } from "./web-chat/web-chat.ts"

/** Every channel there is. A new one is a folder and a line here. */
export const channelKinds = [webChat, evolution, telegram] as const

/** What events and companies call them. */
export type ChannelName = (typeof channelKinds)[number]["name"]
