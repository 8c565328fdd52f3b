import { DueHeap } from "../../../actors/engine/due-heap.ts"

/** Something that will happen. */
export interface Happening {
  /** Ms. */
  at: number
  readonly order: number
  readonly run: () => void
  cancelled: boolean
}

/** What will happen, the earliest first; of two at the same time the one that was asked for first. */
export class Happenings {
  private readonly heap = new DueHeap<Happening>(
    (one, other) => one.at < other.at || (one.at === other.at && one.order < other.order)
  )

  peek(): Happening | undefined {
    while (this.heap.peek()?.cancelled) this.heap.pop()
    return this.heap.peek()
  }

  push(item: Happening) {
    this.heap.push(item)
  }

  take() {
    this.heap.pop()
  }
}
