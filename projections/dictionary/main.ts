import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { analystViews, readModels } from "../index.ts"
import { dictionaryPage } from "./page.ts"
import { questions } from "./questions.ts"

const path = join(import.meta.dirname, "../../docs/reference/data-dictionary.md")
writeFileSync(path, dictionaryPage(readModels, analystViews, questions))
console.log(`written: ${path}`)
