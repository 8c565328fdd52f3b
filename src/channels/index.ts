import type { ChannelMaker } from "./channel-maker.ts"
import { evolutionMaker } from "./evolution.ts"
import { telegramMaker } from "./telegram.ts"
import { webChatMaker } from "./web-chat.ts"

/** Every channel there is. A new one is a file and a line here. */
export const channelMakers: ReadonlyArray<ChannelMaker> = [evolutionMaker, telegramMaker, webChatMaker]
