import * as Effect from "effect/Effect"

/** Those who want to be told whenever something happens. */
export class Subscribers<News> {
  private readonly all = new Set<(news: News) => void>()

  /** Nobody: what they would be told need not be made. */
  get none(): boolean {
    return this.all.size === 0
  }

  /** From now on this one is called; the result stops that. */
  readonly add = (subscriber: (news: News) => void): Effect.Effect<() => void> =>
    Effect.sync(() => {
      this.all.add(subscriber)
      return () => void this.all.delete(subscriber)
    })

  readonly tell = (news: News): void => {
    for (const subscriber of this.all) subscriber(news)
  }
}
