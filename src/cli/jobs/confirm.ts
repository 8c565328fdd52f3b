import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"

/** Asks on the terminal; only y and yes are a yes. */
export const confirm = (question: string): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr })
    let answer = ""
    reader.question(question, (line) => {
      answer = line
      reader.close()
    })
    reader.once("close", () => resume(Effect.succeed(/^\s*y(es)?\s*$/i.test(answer))))
    return Effect.sync(() => reader.close())
  })
