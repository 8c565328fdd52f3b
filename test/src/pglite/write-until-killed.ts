import { writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import { Database } from "../../../eventstore/database/database.ts"
import { openEmbedded } from "../../../src/pglite/embedded-database.ts"

// Writes numbers into the embedded database of a directory and says each once it is committed, until it is killed.
const [directory = ""] = process.argv.slice(2)
const program = Effect.gen(function* () {
  const connection = yield* openEmbedded(directory)
  const write = Effect.gen(function* () {
    const { query } = yield* Database
    yield* query("create table if not exists written (number int primary key, filling text)")
    const [[last] = []] = yield* query("select coalesce(max(number), 0) from written")
    for (let number = Number(last) + 1; ; number++) {
      yield* query("insert into written values ($1, repeat('x', 2000))", [number])
      // Without a buffer of ours in between: what was said was committed.
      writeSync(1, `${number}\n`)
    }
  })
  yield* Effect.provide(write, Database.layer({ connection, connectionsMax: 1, embedded: true, role: null }))
})
Effect.runPromise(Effect.scoped(program))
