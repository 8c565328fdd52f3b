/** A line with lines that belong to it, and branches under it. */
export interface Branch {
  readonly text: string
  /** Lines under the text, before the branches. */
  readonly more?: ReadonlyArray<string>
  readonly branches?: ReadonlyArray<Branch>
}

/** The tree as lines; the root stands at the left. */
export const treeLines = ({ text, more = [], branches = [] }: Branch): ReadonlyArray<string> => [
  text,
  ...more.map((line) => `${branches.length > 0 ? "│" : " "}  ${line}`),
  ...branches.flatMap((branch, n) => {
    const isLast = n === branches.length - 1
    return treeLines(branch).map((line, m) =>
      m === 0 ? `${isLast ? "└─" : "├─"} ${line}` : `${isLast ? "  " : "│ "} ${line}`
    )
  })
]
