/** Something that must not be: which promise it breaks, what is wrong, and where. */
export interface Finding {
  readonly promise: "P1" | "P2" | "P3" | "P4" | "P5" | "P7" | "P8" | "P13" | "law" | "rest"
  readonly what: string
  readonly where: string
}
