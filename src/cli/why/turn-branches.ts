import type { ChunkTold, ModelCallTold, TurnTold } from "../../explain/explanation.ts"
import { counted, grouped, plain, timeOf } from "../terminal.ts"
import { jobWords, withheldWords } from "./event-branches.ts"
import type { Branch } from "./tree-lines.ts"

const at = ({ version, at }: { readonly version: number; readonly at: number }) =>
  `${timeOf(at)} (@${version})`

const quoted = (text: string | null, withheld: "erased" | "locked" | "broken" | null): string =>
  withheld !== null ? withheldWords[withheld] : text === null ? "no text" : `"${plain(text)}"`

/** A turn as a branch: what it answers, who wrote the reply, who allowed it, and what became of each chunk. */
export const turnBranch = (turn: TurnTold, chunkAsked: number | null): Branch => ({
  text: `turn ${turn.turn} of ${plain(turn.conversation)}${turn.closed === null ? "" : `, closed ${at(turn.closed)}`}`,
  branches: [
    ...turn.messages.map(({ text, media, withheld, messageId, ...place }) => ({
      text: `lead  ${quoted(text, withheld)}${media === 0 ? "" : `, ${counted(media, "attachment")}`}${messageId === null ? "" : `, message ${plain(messageId)}`}, ${at(place)}`
    })),
    ...(turn.model === null ? [] : [modelBranch(turn.model)]),
    { text: approvalText(turn.approval) },
    ...turn.chunks.map((chunk) => chunkBranch(chunk, chunk.chunk === chunkAsked)),
    { text: endText(turn) }
  ]
})

const modelBranch = ({
  model,
  promptHash,
  tokensIn,
  tokensOut,
  costUsd,
  job,
  ...place
}: ModelCallTold): Branch => {
  const said =
    model === null
      ? "no answer"
      : `${plain(model)}, prompt ${plain(promptHash ?? "unknown")}, ${grouped(tokensIn ?? 0)} tokens in, ${grouped(tokensOut ?? 0)} out, US$ ${costUsd ?? 0}`
  return { text: `model  ${said}${job === null ? "" : jobWords(job)}, ${at(place)}` }
}

const approvalText = (approval: TurnTold["approval"]): string => {
  if (approval === null) return "approval  none was asked for"
  const { decision } = approval
  const held = `approval  held ${at(approval)}`
  if (decision === null) return `${held}, nobody has said yes`
  return `${held}, ${decision.approved ? "approved" : "refused"} by ${plain(decision.by)} ("${plain(decision.reason)}") ${at(decision)}`
}

const states = {
  waiting: "not sent yet",
  givenUp: "never sent: the reply was given up before",
  sent: "sent",
  inDoubt: "in doubt: nobody can tell whether it arrived",
  failed: "failed"
} as const

const chunkBranch = (chunk: ChunkTold, isAsked: boolean): Branch => ({
  text: `chunk ${chunk.chunk}  ${quoted(chunk.text, chunk.withheld)}, ${states[chunk.state]}${chunk.messageId === null ? "" : `, message ${plain(chunk.messageId)}`}${isAsked ? "  ← this one" : ""}`,
  branches: [
    ...chunk.events.map(({ type, reason, job, ...place }) => ({
      text: `${type === "inDoubt" ? "in doubt" : type} ${at(place)}${reason === null ? "" : `: ${plain(reason)}`}${job === null ? "" : `, send ${plain(job.job)}${jobWords(job)}`}`
    })),
    ...chunk.receipts.map(({ status, by, ...place }) => ({
      text: `receipt: ${status} ${at(place)}, by ${plain(by)}`
    }))
  ]
})

const endText = ({ end }: TurnTold): string => {
  if (end === null) return "end  not yet"
  const how = {
    ReplySent: "the reply is out",
    ReplySuperseded: "given up before it was out",
    ReplyFailed: "failed"
  }[end.type]
  return `end  ${how}${end.reason === null ? "" : ` (${plain(end.reason)})`}, ${at(end)}`
}
