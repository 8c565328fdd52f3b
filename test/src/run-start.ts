import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import { Settings } from "../../src/config.ts"
import { start } from "../../src/main.ts"

// The server as a process of its own, as the command `start` runs it.
NodeRuntime.runMain(start.pipe(Effect.provide(Settings.layer)))
