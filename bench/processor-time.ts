/**
 * Processor time of one call of `work`, us, over `seconds`: other programs on the machine say nothing about a pure
 * function. The first quarter is not counted, when the compiler has not yet seen the code.
 */
export const processorTimeOf = (seconds: number, work: () => void): number => {
  const startedAt = performance.now()
  const countsFrom = startedAt + seconds * 250
  const endsAt = startedAt + seconds * 1000
  while (performance.now() < countsFrom) work()
  const started = process.threadCpuUsage()
  let calls = 0
  do {
    work()
    calls++
  } while (performance.now() < endsAt)
  const { user, system } = process.threadCpuUsage(started)
  return (user + system) / calls
}
