/** Why a socket of live updates is closed: its number, and words of at most 123 bytes. Those from 4400 on are ours. */
export const liveCloses = {
  restart: [1012, "the server stops; come back in a moment with your cursors"],
  broken: [1011, "something broke here; it is logged"],
  tryAgain: [1013, "not now; try again in a moment"],
  wrongFrames: [4400, "too many frames that are wrong or refused"],
  notAuthenticated: [
    4401,
    "the token is missing, wrong or has expired; come back with a new one and your cursors"
  ],
  otherPrincipal: [4403, "a hello must be of the same user or key as the first one"],
  noHello: [4408, "no hello came in time"],
  tooManyFrames: [4429, "too many frames at once"],
  tooSlow: [4508, "you read too slowly; come back and resume from your last cursors"]
} as const
/** A reason to close. */
export type LiveClose = keyof typeof liveCloses
