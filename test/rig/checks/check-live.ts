import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Engine } from "../../../actors/engine/engine.ts"
import type { Replayed } from "../../../actors/replay/replayed.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { canonicalJson } from "../../../eventstore/proof/hash.ts"
import { remoteEngineLayer } from "../../../src/control/remote-services.ts"
import { pause } from "../world/program.ts"
import { rigToken, type Server } from "../world/server.ts"
import { rigCompany } from "../world/stage.ts"

const askedAtOnce = 8
const looksMax = 20
const lookAgainMs = 250

const stateText = ({ value, context, timers, jobs }: Readonly<Record<string, unknown>>): string => {
  const sorted = (list: unknown) =>
    [...(list as ReadonlyArray<unknown>)].map((each) => JSON.stringify(each)).sort()
  return canonicalJson(
    { value, context, timers: sorted(timers), jobs: sorted(jobs) } as unknown as Json,
    "state"
  )
}

/** The actor as the server that owns its partition has it; two servers may own some each. */
const viewOf = async (servers: ReadonlyArray<Server>, stream: string) => {
  const [machine = "", id = ""] = stream.split("/")
  const view = Effect.flatMap(Engine, (engine) => engine.view({ company: rigCompany, machine, id }))
  for (let look = 0; look < looksMax; look++) {
    for (const { url } of servers) {
      const asked = Effect.provide(view, remoteEngineLayer({ url, token: rigToken }))
      const viewed = await Effect.runPromise(Effect.result(asked))
      if (Result.isSuccess(viewed)) return viewed.success
    }
    // On a machine with much else to do an owner may be late with its lease, and owns nothing for a moment.
    await pause(lookAgainMs)
  }
  return undefined
}

/** Streams whose live state is not the one that their history gives; those that no server answers for, too. */
export const differFromLive = async (
  servers: ReadonlyArray<Server>,
  replays: ReadonlyMap<string, Replayed>,
  most: number
): Promise<ReadonlyArray<string>> => {
  const differing: Array<string> = []
  const waiting = [...replays].slice(0, most)
  const look = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [stream, replayed] = next
      const live = await viewOf(servers, stream)
      const isSame =
        live !== undefined &&
        live.version === replayed.version &&
        replayed.state !== undefined &&
        stateText({ ...live }) === stateText({ ...replayed.state })
      if (!isSame)
        differing.push(`${stream} live ${live?.version ?? "not answered"}, replayed ${replayed.version}`)
    }
  }
  await Promise.all(Array.from({ length: askedAtOnce }, look))
  return differing
}
