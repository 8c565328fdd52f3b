import { api } from "./api.ts"
import { append } from "./append.ts"
import { backtest } from "./backtest.ts"
import type { Bench } from "./bench.ts"
import { coldLoad } from "./cold-load.ts"
import { growth } from "./growth.ts"
import { live } from "./live.ts"
import { memory } from "./memory.ts"
import { overload } from "./overload.ts"
import { projections } from "./projections.ts"
import { read } from "./read.ts"
import { replay } from "./replay.ts"
import { sealing } from "./sealing.ts"
import { start } from "./start.ts"
import { step } from "./step.ts"
import { tail } from "./tail.ts"
import { turn } from "./turn.ts"
import { verify } from "./verify.ts"
import { webhook } from "./webhook.ts"

/** The measurements; a new one is a file and a line in this list. */
export const benches: ReadonlyArray<Bench> = [
  turn,
  sealing,
  webhook,
  overload,
  append,
  read,
  projections,
  tail,
  api,
  live,
  coldLoad,
  step,
  replay,
  backtest,
  verify,
  growth,
  memory,
  start
]
