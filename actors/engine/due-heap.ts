/** A binary heap: the item that `isBefore` puts first is at hand, whatever order they came in. */
export class DueHeap<Item> {
  private readonly items: Array<Item> = []
  private readonly isBefore: (one: Item, other: Item) => boolean

  constructor(isBefore: (one: Item, other: Item) => boolean) {
    this.isBefore = isBefore
  }

  peek(): Item | undefined {
    return this.items[0]
  }

  push(item: Item) {
    const { items } = this
    let child = items.push(item) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!this.isBefore(items[child]!, items[parent]!)) return
      this.swap(child, parent)
      child = parent
    }
  }

  pop() {
    const { items } = this
    const last = items.pop()
    if (last === undefined || items.length === 0) return
    items[0] = last
    let parent = 0
    while (true) {
      let least = parent
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < items.length && this.isBefore(items[child]!, items[least]!)) least = child
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
