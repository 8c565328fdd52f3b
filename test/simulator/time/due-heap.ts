/** Something that will happen. */
export interface Happening {
  /** Ms. */
  at: number
  readonly order: number
  readonly run: () => void
  cancelled: boolean
}

/** What will happen, the earliest first; of two at the same time the one that was asked for first. */
export class DueHeap {
  private readonly items: Array<Happening> = []

  peek(): Happening | undefined {
    while (this.items[0]?.cancelled) this.take()
    return this.items[0]
  }

  push(item: Happening) {
    const { items } = this
    let child = items.push(item) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (isBefore(items[parent]!, items[child]!)) return
      this.swap(child, parent)
      child = parent
    }
  }

  take() {
    const { items } = this
    const last = items.pop()
    if (last === undefined || items.length === 0) return
    items[0] = last
    let parent = 0
    while (true) {
      let least = parent
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < items.length && isBefore(items[child]!, items[least]!)) least = child
      }
      if (least === parent) return
      this.swap(least, parent)
      parent = least
    }
  }

  private swap(a: number, b: number) {
    const { items } = this
    ;[items[a], items[b]] = [items[b]!, items[a]!]
  }
}

const isBefore = (one: Happening, other: Happening): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order)
