import * as Effect from "effect/Effect"

/** Ends a loop's pause early. Whoever wakes it in the middle of a look is heard too: another look follows at once. */
export class Wake {
  private isAsked = false
  private end = () => {}

  readonly now = (): void => {
    this.isAsked = true
    this.end()
  }

  /** What was asked for until now is done by the look that begins. */
  forget(): void {
    this.isAsked = false
  }

  /** Done as soon as somebody has woken it since it was last forgotten. */
  readonly woken = Effect.callback<void>((resume) => {
    const end = () => resume(Effect.void)
    if (this.isAsked) end()
    else this.end = end
  })
}

/** Looks, and looks again after each pause, or as soon as it is woken; until it is interrupted. */
export const pollLoop = ({
  look,
  pause,
  wake
}: {
  readonly look: Effect.Effect<unknown>
  readonly pause: () => Effect.Effect<void>
  readonly wake: Wake
}): Effect.Effect<never> =>
  Effect.gen(function* () {
    while (true) {
      wake.forget()
      yield* look
      yield* Effect.raceFirst(Effect.suspend(pause), wake.woken)
    }
  })
