/** What sockets and streams of live updates send, keep and wait for at most. Sizes in bytes, times in ms. */
export const liveHttpLimits = {
  frameMaxBytes: 16 * 1024,
  /** A client says who it is in this time, or is gone. */
  helloTimeoutMs: 5_000,
  /** Clients of one address that have not said who they are. */
  strangersPerAddressMax: 64,
  /** Frames of one client at once, and a second. */
  framesBurst: 120,
  framesPerSecond: 20,
  /** Frames that wait for those before them. */
  framesWaitingMax: 200,
  /** Wrong frames and refused topics; beyond it the socket is closed. */
  refusalsMax: 50,
  /** What is unread must have gone in this time, or the client is closed. */
  slowMaxMs: 10_000,
  /** One who does not read gets so long to hear why it is closed. */
  closeGraceMs: 3_000,
  /** A stream says that it lives so often; sockets are pinged as those of the chat are. */
  beatMs: 15_000,
  ticketLifeMs: 30_000,
  ticketsMax: 10_000,
  /** After the server has stopped, clients come back between these times, so that they don't come all at once. */
  reconnectMinMs: 250,
  reconnectMaxMs: 3_000
} as const
