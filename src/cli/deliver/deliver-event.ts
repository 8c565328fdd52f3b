import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { formatAddress, parseAddress } from "../../../actors/address.ts"
import { type ActorEvent, Engine } from "../../../actors/engine/engine.ts"
import { machines } from "../../../machines/index.ts"
import { readSettings, type SettingValues } from "../../config.ts"
import { remoteEngineLayer } from "../../control/remote-services.ts"
import { findRunningEngine } from "../../pglite/engine-file.ts"
import { wrongUse } from "../cli-failure.ts"
import { startOwnServer } from "../own-server.ts"
import { print, printJson } from "../terminal.ts"

/** What `centurion deliver` was asked. */
export interface DeliverAsked {
  readonly address: string
  readonly type: string
  readonly data: string
  readonly key: Option.Option<string>
  readonly as: string
  readonly json: boolean
}

const machineNames = machines.map(({ machine }) => machine.id)

/** An engine that starts, or has lost its database for a moment, is waited for: 10 s. */
const patience = Schedule.spaced(250).pipe(Schedule.upTo({ times: 40 }))

/** Delivers one event, and says where it stands in its stream. */
export const deliverEvent = Effect.fnUntraced(function* (asked: DeliverAsked) {
  const settings = yield* readSettings()
  const address = yield* parseAddress(asked.address)
  if (!machineNames.includes(address.machine))
    return yield* wrongUse(`no machine is called "${address.machine}"; there are ${machineNames.join(", ")}`)
  const event = { ...(yield* parseData(asked.data)), type: asked.type } as ActorEvent
  const envelope = { principal: asked.as, ...(Option.isSome(asked.key) ? { key: asked.key.value } : {}) }
  const remote = yield* findEngine(settings)
  const delivered = yield* Effect.flatMap(Engine, (engine) => engine.deliver(address, event, envelope)).pipe(
    Effect.retry({ while: ({ _tag }) => _tag === "TryAgain", schedule: patience }),
    Effect.provide(remoteEngineLayer(remote))
  )
  if (asked.json) return yield* printJson({ ...delivered, address: formatAddress(address) })
  const known = delivered.duplicate ? ": the key was known, nothing was written now" : ""
  const broke = delivered.status === "error" ? "; its machine is in error and takes nothing more" : ""
  yield* print(`${formatAddress(address)} ${asked.type} is version ${delivered.version}${known}${broke}`)
}, Effect.scoped)

const parseData = (text: string) =>
  Effect.suspend(() => {
    try {
      const data: unknown = JSON.parse(text)
      if (typeof data === "object" && data !== null && !Array.isArray(data)) return Effect.succeed(data)
    } catch {}
    return wrongUse(`the data is not a JSON object: ${text.slice(0, 200)}`)
  })

/** The engine that runs in the directory, or one of our own on the same database. */
const findEngine = Effect.fnUntraced(function* (settings: SettingValues) {
  const running = settings.databaseUrl === undefined ? findRunningEngine(settings.dir) : undefined
  if (running !== undefined && running.url !== null) return { url: running.url, token: running.token }
  return yield* startOwnServer(settings)
})
