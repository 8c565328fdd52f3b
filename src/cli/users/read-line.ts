import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import { wrongUse } from "../cli-failure.ts"
import { Io } from "../terminal.ts"

/** The first line of standard input: for what must not stand among the arguments, where others see it. */
export const readLine = Effect.flatMap(Io, ({ stdin }) =>
  Effect.callback<string, ReturnType<typeof wrongUse>>((resume) => {
    const reader = createInterface({ input: stdin })
    let line: string | undefined
    reader.once("line", (text) => {
      line = text
      reader.close()
    })
    reader.once("close", () => {
      stdin.pause()
      resume(
        line === undefined || line === ""
          ? Effect.fail(wrongUse("--stdin wants the password as the first line of standard input"))
          : Effect.succeed(line)
      )
    })
    return Effect.sync(() => reader.close())
  })
)
