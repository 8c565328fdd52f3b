import * as Redacted from "effect/Redacted"
import type { Passed } from "../../src/doubles/accepted-log.ts"
import type { TestDatabase } from "../databases.ts"
import { checkRig, type RigCounts, type Seen } from "./rig-checks.ts"
import { randomFrom, startLoad } from "./rig-load.ts"
import { askJson, freePort, pause, type RigProcess, startProgram } from "./rig-process.ts"

export interface RigOptions {
  readonly kills: number
  readonly conversations: number
  readonly burstsPerSecond: number
  readonly seed: number
  readonly progress: (line: string) => void
}

/** So soon a dead owner's partitions are free. */
const leaseMs = 1000
const readyMaxMs = 20_000
/** After the last kill, until everything that went in must have come to rest. */
const restMaxMs = 90_000
const uptimeMs = { least: 50, most: 1500 } as const
/** Kills in the middle of a start, out of ten. */
const killsWhileStarting = 2
/** So many answers are lost after a send was accepted, and all are as slow as those of a real provider. */
const faults = { loseAnswer: 0.05, delayMs: 80 }

/** Runs the load, kills the app so often, lets everything come to rest, and counts. */
export const runRig = async (database: TestDatabase, options: RigOptions): Promise<RigCounts> => {
  const processes: Array<RigProcess> = []
  try {
    return await play(database, options, (started) => {
      processes.push(started)
      return started
    })
  } finally {
    await Promise.all(processes.map((each) => each.kill()))
  }
}

const play = async (
  database: TestDatabase,
  options: RigOptions,
  keep: (started: RigProcess) => RigProcess
): Promise<RigCounts> => {
  const random = randomFrom(options.seed)
  const port = await freePort()
  const appUrl = `http://127.0.0.1:${port}`
  const double = async (program: string, channel: Seen["channel"], args: ReadonlyArray<string>) => {
    const common = [
      "--webhook",
      `${appUrl}/webhook/${channel}`,
      "--retry-ms",
      "50",
      "--seed",
      `${options.seed}`
    ]
    const started = keep(startProgram(program, [...common, ...args, "--with-parent"]))
    const url = `http://127.0.0.1:${await started.listening}`
    await askJson(`${url}/_double/faults`, faults)
    return url
  }
  const evolutionUrl = await double("src/doubles/evolution.ts", "evolution", [
    ...["--secret", "rig-secret", "--api-key", "rig-key", "--ack-delay-ms", "5"]
  ])
  const keyedUrl = await double("test/rig/keyed-double.ts", "keyed", [])
  const startApp = () =>
    keep(
      startProgram("test/rig/app.ts", [], {
        DATABASE_URL: Redacted.value(database.connection.url!),
        PORT: `${port}`,
        EVOLUTION_URL: evolutionUrl,
        KEYED_URL: keyedUrl,
        LEASE_MS: `${leaseMs}`
      })
    )
  const load = startLoad({ ...options, random, evolutionUrl, keyedUrl, appUrl })
  for (let kill = 1; kill <= options.kills; kill++) {
    const app = startApp()
    if (random() * 10 >= killsWhileStarting) await isReady(appUrl, app)
    await pause(uptimeMs.least + random() * (uptimeMs.most - uptimeMs.least))
    await app.kill()
    options.progress(`killed ${kill} of ${options.kills}`)
  }
  const app = startApp()
  await isReady(appUrl, app)
  await load.stop()
  options.progress("the load has ended; waiting until everything is at rest")
  const rested = await comesToRest(database, [evolutionUrl, keyedUrl])
  if (!rested) options.progress(`not at rest after ${restMaxMs / 1000} s`)
  const seen = [await seenBy("evolution", evolutionUrl), await seenBy("keyed", keyedUrl)]
  await app.kill()
  return checkRig(database, options.kills, seen, load.reminders)
}

const isReady = async (appUrl: string, app: RigProcess) => {
  const giveUp = performance.now() + readyMaxMs
  while ((await askJson(`${appUrl}/ready`)) === undefined) {
    if (app.child.exitCode !== null) throw new Error(`the app ended by itself with ${app.child.exitCode}`)
    if (performance.now() > giveUp) throw new Error(`the app was not ready after ${readyMaxMs} ms`)
    await pause(10)
  }
}

const seenBy = async (channel: Seen["channel"], url: string): Promise<Seen> => {
  const incoming = await askJson<{ readonly incoming: ReadonlyArray<Passed> }>(`${url}/_double/incoming`)
  const sent = await askJson<{ readonly sent: ReadonlyArray<Passed> }>(`${url}/_double/sent`)
  return { channel, incoming: incoming!.incoming, sent: sent!.sent }
}

/** True when no webhook, job, message or due timer is left, and the event store stood still for a second. */
const comesToRest = async (database: TestDatabase, doubles: ReadonlyArray<string>): Promise<boolean> => {
  const giveUp = performance.now() + restMaxMs
  let before = -1
  while (performance.now() < giveUp) {
    const states = await Promise.all(
      doubles.map((url) =>
        askJson<{ readonly webhooks: { readonly pending: number } }>(`${url}/_double/state`)
      )
    )
    const [[left, position]] = (await database.admin(
      `select (select count(*) from es.job) + (select count(*) from es.message)
          + (select count(*) from es.timer where due_at < clock_timestamp() + interval '6 s'),
        (select sum(position) from es.partition)`
    )) as [[bigint, unknown]]
    const isStill = states.every((state) => state?.webhooks.pending === 0) && Number(left) === 0
    if (isStill && Number(position) === before) return true
    before = Number(position)
    await pause(1000)
  }
  return false
}
