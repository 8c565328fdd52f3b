import * as Effect from "effect/Effect"
import { channelKind } from "../channel-kind.ts"
import { makeWebChat, pageInstance } from "./make-web-chat.ts"
import { WebChatHub } from "./web-chat-hub.ts"

/** The chat on our own page: its socket and its page are in `src/http/chat`. */
export const webChat = channelKind({
  name: "web-chat",
  shownAs: "web chat",
  sharedAccount: true,
  settings: {},
  reachedAt: () => "in this process",
  make: () =>
    Effect.flatMap(WebChatHub, ({ sessionSecret }) => makeWebChat({ instance: pageInstance, sessionSecret }))
})
