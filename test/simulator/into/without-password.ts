/** What of a URL may be shown: neither its login nor its parameters, which may hold a password. A directory is as it is. */
export const withoutPassword = (target: string): string => {
  if (!URL.canParse(target)) return target.replace(/\/\/.*@/, "//")
  const { protocol, host, pathname } = new URL(target)
  return `${protocol}//${host}${pathname}`
}
