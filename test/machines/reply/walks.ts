import { replyMachine } from "../../../machines/reply/machine.ts"
import { type Drive, fail, finish, say, start } from "../drive.ts"

/** What a reply starts with here. */
export const replyInput = { leadId: "lead-1" }

/** A message that a person writes. */
export const written = {
  type: "ReplyAsked",
  conversationId: "c-1",
  channel: "evolution",
  instance: "main",
  contact: "5511999998888",
  text: "Oi, aqui é a Ana.",
  knownMessageIds: ["m-1"],
  by: "person:ana"
} as const

const startedAt = 1_767_225_600_000
const moves: Readonly<Record<string, (drive: Drive) => Drive>> = {
  ask: (drive) => say(drive, written),
  retry: (drive) => say(drive, { type: "ReplyRetryAsked", by: "person:rui", reason: "it did not arrive" }),
  sent: (drive) => finish(drive, "sendChunk", { messageId: "m-2", at: drive.now }),
  failed: (drive) => fail(drive, "sendChunk", "refused"),
  inDoubt: (drive) => fail(drive, "sendChunk", "inDoubt")
}

const ends: ReadonlySet<string> = new Set(["sent", "failed", "inDoubt"])

/** A reply that went through these moves, a second apart; the end of a job only while there is one. */
export const replyAfter = (...names: ReadonlyArray<keyof typeof moves>): Drive => {
  let drive = start(replyMachine, replyInput, startedAt)
  for (const name of names) {
    const later = { ...drive, now: drive.now + 1000 }
    drive = ends.has(name) && drive.jobs.length === 0 ? later : moves[name]!(later)
  }
  return drive
}

/** Every way of four moves. */
export const replyWalks = (): ReadonlyArray<{ readonly input: typeof replyInput; readonly drive: Drive }> => {
  const longer = (ways: ReadonlyArray<ReadonlyArray<string>>) =>
    ways.flatMap((way) => Object.keys(moves).map((move) => [...way, move]))
  const ways = longer(longer(longer(longer([[]]))))
  return ways.map((way) => ({ input: replyInput, drive: replyAfter(...way) }))
}
