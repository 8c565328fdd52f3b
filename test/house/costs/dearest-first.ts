import { readFileSync } from "node:fs"
import { join } from "node:path"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Files that are known to be dear begin first, so that no worker is left alone with one at the end. */
export class DearestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const list = join(import.meta.dirname, "dear-files.json")
    const { reasons } = JSON.parse(readFileSync(list, "utf8")) as { readonly reasons: object }
    const dear = Object.keys(reasons)
    const sorted = await super.sort(files)
    const isDear = ({ moduleId }: TestSpecification) => dear.some((file) => moduleId.endsWith(`/${file}`))
    return [...sorted.filter(isDear), ...sorted.filter((file) => !isDear(file))]
  }
}
