/** One thing about a machine: where it is, what is wrong with it, and what to do instead. */
export interface Finding {
  /** `conversation.writing.invoke[0]` */
  readonly place: string
  readonly what: string
  readonly wayOut: string
}

/** `conversation.writing.invoke[0]: it invokes callback logic; make it promise logic …` */
export const formatFinding = (finding: Finding): string =>
  `${finding.place}: ${finding.what}; ${finding.wayOut}`
