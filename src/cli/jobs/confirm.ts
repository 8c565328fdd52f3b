import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import { Io } from "../terminal.ts"

/** Asks on the terminal; only y and yes are a yes. */
export const confirm = (question: string): Effect.Effect<boolean> =>
  Effect.flatMap(Io, ({ stdin, stderr }) =>
    Effect.callback<boolean>((resume) => {
      const reader = createInterface({ input: stdin, output: stderr })
      let answer = ""
      reader.question(question, (line) => {
        answer = line
        reader.close()
      })
      reader.once("close", () => resume(Effect.succeed(/^\s*y(es)?\s*$/i.test(answer))))
      return Effect.sync(() => reader.close())
    })
  )
