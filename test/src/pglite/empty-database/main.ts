import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PGlite } from "@electric-sql/pglite"
import { vector } from "@electric-sql/pglite-pgvector"
import { emptyFile } from "../../../../src/pglite/empty-directory.ts"
import { packDirectory } from "./pack.ts"

// Makes the empty database that first starts begin with; to be run again for every new version of PGlite.
const directory = mkdtempSync(join(tmpdir(), "centurion-empty-"))
await (await PGlite.create(directory, { extensions: { vector } })).close()
const packed = packDirectory(directory)
rmSync(directory, { recursive: true, force: true })
writeFileSync(emptyFile, packed)
process.stdout.write(`wrote ${packed.length} bytes to ${emptyFile}\n`)
