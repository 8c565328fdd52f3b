/** How many frames a socket may send: a burst, refilled with time. `take` is false for one too many. */
export const frameAllowance = (burst: number, perSecond: number, now: () => number) => {
  let left = burst
  let at = now()
  return {
    take: (): boolean => {
      const time = now()
      left = Math.min(burst, left + ((time - at) / 1000) * perSecond)
      at = time
      if (left < 1) return false
      left--
      return true
    }
  }
}
