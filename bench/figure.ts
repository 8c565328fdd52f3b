/** What a figure must reach, as `speed.md` has it: `{ of: "ratio", is: ">=", than: 2.5 }`. */
export interface Target {
  readonly of: "value" | "ratio" | "p50Ms" | "p99Ms"
  readonly is: ">=" | "<="
  readonly than: number
}

/** One line of what was measured. `floor` is the same measured on plain SQL in the same run, `ratio` ours to it. */
export interface Figure {
  readonly bench: string
  readonly case: string
  readonly value: number
  readonly unit: string
  readonly floor?: number
  readonly ratio?: number
  readonly p50Ms?: number
  readonly p99Ms?: number
  readonly floorP50Ms?: number
  readonly floorP99Ms?: number
  readonly targets?: ReadonlyArray<Target>
}

/** True when every target is reached; undefined when there is none. */
export const meetsTargets = (figure: Figure): boolean | undefined =>
  figure.targets?.every(({ of, is, than }) => {
    const measured = figure[of] ?? Number.NaN
    return is === ">=" ? measured >= than : measured <= than
  })

/** Four digits that mean something: 15234, 15.23, 0.1523. */
export const rounded = (value: number): number =>
  Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4))
