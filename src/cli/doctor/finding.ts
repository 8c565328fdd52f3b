/** One line of the doctor's. `wrong` makes the exit code 1; `note` is worth knowing. */
export interface Finding {
  readonly name: string
  readonly state: "ok" | "note" | "wrong"
  readonly detail: string
  /** What to do about it. */
  readonly wayOut?: string
}

export const ok = (name: string, detail: string): Finding => ({ name, state: "ok", detail })

export const worthKnowing = (name: string, detail: string, wayOut?: string): Finding => ({
  name,
  state: "note",
  detail,
  ...(wayOut === undefined ? {} : { wayOut })
})

export const wrong = (name: string, detail: string, wayOut: string): Finding => ({
  name,
  state: "wrong",
  detail,
  wayOut
})
