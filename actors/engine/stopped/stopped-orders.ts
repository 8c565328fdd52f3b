import * as Effect from "effect/Effect"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import type { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import type { StoppedActor } from "../../../eventstore/log/stored-rows.ts"
import { addressOf } from "../../address.ts"
import type { MachineRegistry, RegisteredMachine } from "../../machine/machine-registry.ts"
import { persist, restore } from "../../machine/persisted-state.ts"
import type { RunningMachine } from "../../machine/running-machine.ts"
import { Replayer } from "../../replay/replay.ts"
import type { Door } from "../door.ts"
import type { GoOn } from "../partition.ts"

/** What seeing to stopped actors needs of the engine around it. */
export interface OrderPorts {
  readonly door: Door
  readonly history: History["Service"]
  readonly registry: MachineRegistry
}

const pageEvents = 1000
/** A history longer than this is better moved by `migrate`. */
const eventsMax = 200_000

/** Does what an operator asked for a stopped actor; gives why that can't be. */
export const seeTo = (ports: OrderPorts, stopped: StoppedActor): Effect.Effect<string | undefined> =>
  Effect.catch(obey(ports, stopped), (error) =>
    Effect.succeed(typeof error === "string" ? error : error.message)
  )

const obey = Effect.fnUntraced(function* ({ door, history, registry }: OrderPorts, stopped: StoppedActor) {
  const { company, stream, status, asked, askedBy, askedWhy } = stopped
  const address = addressOf(company, stream)
  const [by, why] = [askedBy ?? "", askedWhy ?? ""]
  const registered = registry.get(address.machine)
  const order = (goOn: GoOn | undefined) =>
    Effect.as(door.order(address, { principal: by }, { mending: { by, why, goOn } }), undefined)
  if (asked === "close") return yield* order(undefined)
  if (registered === undefined) return yield* Effect.fail(`no machine is called "${address.machine}"`)
  if (status === "parked") {
    // What a step was parked for is tried again with the next event.
    const { state } = yield* door.load(address)
    if (state?.snapshot.status !== "error") return undefined
  }
  const events = yield* readAll(history, company, stream)
  return yield* order(yield* goOnFrom(registered, events, asked === "move"))
})

const readAll = Effect.fnUntraced(function* (history: History["Service"], company: string, stream: string) {
  const events: Array<StoredEvent> = []
  while (true) {
    const page = yield* history.readStream(company, stream, events.length, pageEvents)
    events.push(...page)
    if (page.length < pageEvents) return events
    if (events.length > eventsMax) return yield* Effect.fail(`its history has more than ${eventsMax} events`)
  }
}) as (
  history: History["Service"],
  company: string,
  stream: string
) => Effect.Effect<ReadonlyArray<StoredEvent>, string | StoreUnavailable>

/** The state before the last input, under the version that took it if that is listed, and that input. */
const goOnFrom = (
  registered: RegisteredMachine,
  events: ReadonlyArray<StoredEvent>,
  isMoved: boolean
): Effect.Effect<GoOn, string> => {
  const last = events.findLastIndex(({ kind }) => kind === "input")
  const broke = events[last]
  if (broke === undefined || last === 0) return Effect.fail("it broke as it started: close it")
  if (broke.withheld !== undefined) return Effect.fail("the input that broke it can't be read")
  const replayer = new Replayer(registered)
  for (const event of events.slice(0, last)) if (!replayer.take(event)) break
  const { stopped, differing, withheld } = replayer.finish()
  if (stopped !== undefined) return Effect.fail(`version ${stopped.version}: ${stopped.message}`)
  if (differing > 0) return Effect.fail("its machine does not draw its history again: see `centurion replay`")
  const { state } = replayer
  if (state === undefined || withheld > 0) return Effect.fail("a part of its history can't be read")
  const listed = registered.versions.get(broke.machineVersion)
  const running = isMoved || listed === undefined ? registered.current : listed
  const { job } = broke.data
  const jobs = [...replayer.asked.values()].filter((each) => each.job !== job)
  return Effect.try({
    try: () => ({
      ...{ from: broke.machineVersion, running, jobs, state: stateUnder(registered, replayer, running) },
      again: { type: broke.type, data: broke.data }
    }),
    catch: (error) => (error instanceof Error ? error.message : String(error))
  })
}

/** Another version takes it over as it would at the actor's next event. */
const stateUnder = (
  { listed }: RegisteredMachine,
  { state, running: before, last }: Replayer,
  running: RunningMachine
) => {
  if (before === running) return state!
  const persisted = persist(state!)
  if (persisted === undefined) throw new Error("its context is not plain data, so it can't be moved")
  const fitted = listed.migrate?.(persisted, last!.machineVersion) ?? persisted
  return restore(running, fitted as typeof persisted)
}
