/** What is made from a thing that never changes, such as a read model, is made once. */
export const memoize = <Of extends object, A>(make: (of: Of) => A): ((of: Of) => A) => {
  const known = new WeakMap<Of, A>()
  return (of) => {
    const before = known.get(of)
    if (before !== undefined) return before
    const made = make(of)
    known.set(of, made)
    return made
  }
}
