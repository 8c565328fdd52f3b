/** One of a list, always the same for the same seed (FNV-1a): varied, and still the same when run again. */
export const choose = (list: ReadonlyArray<string>, seed: string): string => {
  let hash = 0x811c9dc5
  for (let index = 0; index < seed.length; index++)
    hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193) >>> 0
  return list[hash % list.length] ?? ""
}
