import { describe, expect, it } from "vitest"
import { Faults } from "../../../../src/demo/doubles/faults.ts"

const well = {
  status: undefined,
  retryAfterSeconds: 1,
  loseRequest: false,
  loseAnswer: false,
  delayMs: 0
}

describe("faults", () => {
  it("do nothing until they are set", () => {
    expect(new Faults().nextSend()).toEqual(well)
  })

  it("lose the next n answers and no more", () => {
    const faults = new Faults()
    faults.set({ loseAnswer: 2 })
    const fates = [1, 2, 3].map(() => faults.nextSend().loseAnswer)
    expect(fates).toEqual([true, true, false])
  })

  it("lose about the given part of the answers, the same ones for the same seed", () => {
    const fates = (seed: number) => {
      const faults = new Faults(seed)
      faults.set({ loseAnswer: 0.25 })
      return Array.from({ length: 400 }, () => faults.nextSend().loseAnswer)
    }
    const lost = fates(7).filter((one) => one).length
    expect(lost).toBeGreaterThan(60)
    expect(lost).toBeLessThan(140)
    expect(fates(7)).toEqual(fates(7))
    expect(fates(7)).not.toEqual(fates(8))
  })

  it("limit the rate before anything else, then refuse, then lose", () => {
    const faults = new Faults()
    faults.set({
      rateLimitNext: 1,
      retryAfterSeconds: 3,
      status: 500,
      loseRequest: 1,
      loseAnswer: 1,
      delayMs: 5
    })
    const rest = { retryAfterSeconds: 3, delayMs: 5 }
    expect([1, 2, 3, 4, 5].map(() => faults.nextSend())).toEqual([
      { ...well, ...rest, status: 429 },
      { ...well, ...rest, status: 500 },
      { ...well, ...rest, loseRequest: true },
      { ...well, ...rest, loseAnswer: true },
      { ...well, ...rest }
    ])
  })

  it("replace each other", () => {
    const faults = new Faults()
    faults.set({ loseAnswer: 5, status: 500, times: 5 })
    faults.set({})
    expect(faults.nextSend()).toEqual(well)
  })

  it("shuffle or drop delivery updates", () => {
    const faults = new Faults(3)
    const updates = ["SERVER_ACK", "DELIVERY_ACK", "READ"]
    expect(faults.arrange(updates)).toEqual(updates)
    faults.set({ statuses: "shuffled" })
    const orders = Array.from({ length: 30 }, () => faults.arrange(updates).join())
    expect(new Set(orders).size).toBe(6)
    faults.set({ statuses: "none" })
    expect(faults.arrange(updates)).toEqual([])
  })
})
