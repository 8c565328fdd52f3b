import type { Scenario } from "../scenario.ts"
import { acknowledged } from "./p1-acknowledged.ts"
import { once } from "./p2-once.ts"
import { sends } from "./p3-sends.ts"
import { order } from "./p4-order.ts"
import { oneWriter } from "./p7-one-writer.ts"
import { timers } from "./p8-timers.ts"
import { redis } from "./p9-redis.ts"

/** Every proof of the rig, in the order in which they run. */
export const scenarios: ReadonlyArray<Scenario> = [acknowledged, once, sends, order, oneWriter, timers, redis]
