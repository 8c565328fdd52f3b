/** Chance that comes out the same for the same seed. Each part of a run draws from a fork of its own. */
export class Random {
  private a: number
  private b: number
  private c: number
  private d: number

  constructor(seed: string) {
    // FNV-1a over the seed with four starts, then a few rounds, so that near seeds draw far apart.
    const word = (start: number) => {
      let hash = start
      for (let n = 0; n < seed.length; n++) hash = Math.imul(hash ^ seed.charCodeAt(n), 0x01000193)
      return hash | 0
    }
    this.a = word(0x811c9dc5)
    this.b = word(0x9e3779b9)
    this.c = word(0x85ebca6b)
    this.d = 1
    for (let n = 0; n < 12; n++) this.word()
  }

  /** sfc32: 32 bits. */
  word(): number {
    const sum = (((this.a + this.b) | 0) + this.d) | 0
    this.d = (this.d + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum
    this.c |= 0
    return sum >>> 0
  }

  /** From 0, below 1. */
  unit(): number {
    return this.word() / 0x1_0000_0000
  }

  chance(probability: number): boolean {
    return this.unit() < probability
  }

  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.unit() * (max - min + 1))
  }

  /** Between two durations, as likely in each order of magnitude. Whole. */
  spread(min: number, max: number): number {
    return Math.round(min * (max / min) ** this.unit())
  }

  pick<A>(list: ReadonlyArray<A>): A {
    return list[Math.floor(this.unit() * list.length)]!
  }

  /** Picks by weight. */
  weighted<A extends string>(weights: Readonly<Record<A, number>>): A {
    const entries = Object.entries(weights) as Array<[A, number]>
    let left = this.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [value, weight] of entries) {
      left -= weight
      if (left < 0) return value
    }
    return entries.at(-1)![0]
  }

  bytes(length: number): Uint8Array {
    const bytes = Buffer.alloc(length)
    for (let n = 0; n < length; n += 4)
      bytes.writeInt32LE(this.word() | 0, 0 === length % 4 ? n : Math.min(n, length - 4))
    return bytes
  }
}
