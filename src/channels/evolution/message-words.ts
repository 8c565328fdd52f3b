import { field, textAt } from "../loose-values.ts"

/** Where kinds that we don't know may keep their words, the surest first. */
const names = [
  "text caption selectedDisplayText display_text title name contentText description",
  "message body groupName conversation selectedButtonId selectedId selectedRowId"
].flatMap((line) => line.split(" "))
/** What a message answers to is somebody else's. */
const notOurs = new Set(["contextInfo", "messageContextInfo", "quotedMessage"])
const nodesMax = 200

/** The words of a message of any kind: the nearest to its top. */
export const anyWords = (message: unknown): string | undefined => {
  const open: Array<unknown> = [message]
  for (let seen = 0; seen < open.length && seen < nodesMax; seen++) {
    const node = jsonOf(open[seen])
    const words = names.map((name) => textAt(node, name)).find((found) => found !== undefined)
    if (words !== undefined) return words
    if (typeof node !== "object" || node === null) continue
    for (const name of Object.keys(node).slice(0, nodesMax))
      if (!notOurs.has(name)) open.push(field(node, name))
  }
  return undefined
}

/** Some kinds hold JSON as a text: its value, or what was given. */
export const jsonOf = (node: unknown): unknown => {
  if (typeof node !== "string" || !node.startsWith("{")) return node
  try {
    return JSON.parse(node)
  } catch {
    return undefined
  }
}
