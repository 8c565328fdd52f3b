import { readFileSync } from "node:fs"
import { join } from "node:path"

/** Lines of a list in `said/`: what leads write, and after the last ` = ` what it means; `?` is "not understood". */
export const said = (list: string): ReadonlyArray<readonly [text: string, means: string | undefined]> =>
  readFileSync(join(import.meta.dirname, "said", `${list}.txt`), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const end = line.lastIndexOf(" = ")
      const means = line.slice(end + 3)
      return [line.slice(0, end), means === "?" ? undefined : means]
    })
