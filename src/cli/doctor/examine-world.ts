import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Redis } from "ioredis"
import { machines } from "../../../machines/index.ts"
import { channelKinds } from "../../channels/index.ts"
import type { SettingValues } from "../../config.ts"
import { chosenModel } from "../../models/chosen-model.ts"
import { isSwitchedOn, type Kind } from "../../settings/kind.ts"
import { type Finding, ok, worthKnowing, wrong } from "./finding.ts"

const redisTimeoutMs = 3000
const nodeMin = 24

/** What is in this process, what is outside, and what is not there at all. */
export const examineWorld = Effect.fnUntraced(function* (settings: SettingValues) {
  const node = process.versions.node
  const model = chosenModel(settings)
  return [
    Number(node.split(".")[0]) >= nodeMin
      ? ok("node", node)
      : wrong("node", node, `centurion needs ${nodeMin} or later`),
    ok("machines", machines.map(({ machine }) => `${machine.id} ${machine.version ?? ""}`.trim()).join(", ")),
    ok("model", `${model.name}, ${model.reachedAt(settings)}`),
    yield* examineRedis(settings),
    ...channelKinds.map((kind) => examineChannel(kind, settings))
  ] satisfies ReadonlyArray<Finding>
})

const examineChannel = (kind: (typeof channelKinds)[number], values: SettingValues): Finding => {
  if (isSwitchedOn(kind, values)) return ok(kind.shownAs, kind.reachedAt(values))
  const { variable } = (kind as Kind).settings[kind.switchedOnBy!]!
  return worthKnowing(kind.shownAs, "not set up", `${variable} and those beside it`)
}

const examineRedis = ({ redisUrl }: SettingValues): Effect.Effect<Finding> => {
  if (redisUrl === undefined) {
    return Effect.succeed(ok("redis", "not set: hints stay in this process, and polling does the rest"))
  }
  const url = Redacted.value(redisUrl)
  const { host } = new URL(url)
  return Effect.tryPromise(() => pingRedis(url)).pipe(
    Effect.map((version) => ok("redis", `${version} at ${host}`)),
    Effect.catch(({ cause }) =>
      Effect.succeed(
        wrong(
          "redis",
          `${host} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
          "start it, correct REDIS_URL, or leave REDIS_URL out"
        )
      )
    )
  )
}

const pingRedis = async (url: string): Promise<string> => {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: redisTimeoutMs,
    commandTimeout: redisTimeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null
  })
  // Told by the promises below; without a listener it would be printed too.
  let broken: Error | undefined
  redis.on("error", (error) => {
    broken = error
  })
  try {
    await redis.connect()
    await redis.ping()
    return `Redis ${/redis_version:(\S+)/.exec(await redis.info("server"))?.[1] ?? ""}`.trim()
  } catch (error) {
    throw broken ?? error
  } finally {
    redis.disconnect()
  }
}
