import { spawn } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Passed } from "../../../src/demo/doubles/accepted-log.ts"
import type { FaultSettings } from "../../../src/demo/doubles/faults.ts"
import { askJson, becomesTrue, freePort, type Program, startProgram } from "../../rig/world/program.ts"
import type { Plant } from "./app/plants.ts"
import { type ProofDatabase, proofMasterKey } from "./proof-database.ts"

/** The company of the proof. */
export const proofCompany = "proof"

/** What a command left behind. */
export interface Ran {
  readonly code: number | null
  readonly said: string
}

/** The server, WhatsApp's double and the commands, all as processes. */
export interface Stage {
  /** `CENTURION_DIR`: keys, anchors and the ledger are in it. */
  readonly directory: string
  /** Starts the server on a database, and comes back when it is ready. */
  readonly startServer: (database: ProofDatabase) => Promise<void>
  readonly stopServer: () => Promise<void>
  /** Runs `centurion` to its end. */
  readonly centurion: (database: ProofDatabase, ...args: ReadonlyArray<string>) => Promise<Ran>
  /** Posts a webhook as WhatsApp's provider would; gives the status of the answer. */
  readonly post: (body: string, headers?: Readonly<Record<string, string>>) => Promise<number>
  readonly setFaults: (faults: FaultSettings) => Promise<void>
  readonly sent: () => Promise<ReadonlyArray<Passed>>
  /** Everything that the provider has to tell the server was told. */
  readonly isIdle: () => Promise<boolean>
  /** All that the server logged, at the lowest level that there is. */
  readonly log: () => Buffer
  readonly close: () => Promise<void>
}

const secret = "secret-of-the-proof"
const apiKey = "key-of-the-proof"
/** The accounts that leads write to: a person has a conversation by each. */
export const instances = ["main", "second", "third"] as const
const readyMaxMs = 120_000
const preload = pathToFileURL(join(import.meta.dirname, "app/preload.ts")).href
const main = join(import.meta.dirname, "../../../src/cli/main.ts")

const company = {
  id: proofCompany,
  name: "Proof",
  conversation: {
    turnClosureMs: 400,
    typing: { charactersPerMinute: 1_000_000, minMs: 1, maxMs: 10 },
    followUpAfterMs: [7_200_000],
    businessHours: Array.from({ length: 7 }, () => ({ fromMinute: 0, toMinute: 24 * 60 }))
  },
  qualification: {
    threshold: 100,
    criteria: [
      { name: "need", kind: "text", weight: 1, question: { pt: "O que você procura?" }, cues: ["procuro"] },
      {
        name: "budget",
        kind: "money",
        weight: 1,
        atLeast: 1000,
        question: { pt: "Quanto?" },
        cues: ["reais"]
      }
    ]
  },
  instances: instances.map((instance) => ({ channel: "evolution", instance }))
}

/** Sets it; no server runs yet. `scratch` is for files that are no part of the installation. */
export const setStage = async (
  scratch: string,
  plants: ReadonlyArray<Plant>,
  webhookSecret = secret
): Promise<Stage> => {
  const directory = join(scratch, "centurion")
  mkdirSync(join(directory, "companies"), { recursive: true })
  writeFileSync(join(directory, "companies", "proof.json"), JSON.stringify(company))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const webhook = `${url}/webhook/whatsapp`
  const logFile = join(scratch, "server.log")
  const doubleArgs = ["--webhook", webhook, "--secret", secret, "--api-key", apiKey, "--with-parent"]
  const double = startProgram(
    "src/demo/doubles/evolution.ts",
    [...doubleArgs, "--instances", instances.join(","), "--retry-ms", "50", "--ack-delay-ms", "5"],
    { logFile: join(scratch, "whatsapp.log") }
  )
  const provider = `http://127.0.0.1:${await double.listening}/_double`
  const env = {
    PORT: `${port}`,
    REDIS_URL: "",
    CENTURION_DIR: directory,
    CENTURION_MASTER_KEY: proofMasterKey,
    CENTURION_EVOLUTION_URL: new URL(provider).origin,
    CENTURION_EVOLUTION_API_KEY: apiKey,
    CENTURION_EVOLUTION_INSTANCES: instances.join(","),
    CENTURION_EVOLUTION_WEBHOOK_SECRET: secret,
    CENTURION_LEASE_MS: "1000",
    CENTURION_SNAPSHOT_EVERY: "2",
    CENTURION_SEAL_EVERY_MS: "500",
    CENTURION_LOG_LEVEL: "trace",
    PROOF_PLANTS: plants.map(({ name }) => name).join(",")
  }
  let server: Program | undefined
  const stopServer = async () => server?.stop()
  return {
    directory,
    stopServer,
    startServer: async (database) => {
      server = startProgram("src/cli/main.ts", ["start"], {
        logFile,
        nodeFlags: ["--import", preload],
        env: { ...env, ...database.env }
      })
      const started = server
      const isReady = async () => (await askJson(`${url}/readyz`)) !== undefined
      if (await becomesTrue(async () => !started.isAlive() || (await isReady()), readyMaxMs)) {
        if (started.isAlive()) return
      }
      throw new Error(`the server was not ready within ${readyMaxMs} ms; its log is ${logFile}`)
    },
    centurion: (database, ...args) => runCommand({ ...env, ...database.env }, args),
    post: async (body, headers = { "x-centurion-secret": webhookSecret }) =>
      (await fetch(webhook, { method: "POST", body, headers })).status,
    setFaults: async (faults) => void (await askJson(`${provider}/faults`, faults)),
    sent: async () =>
      (await askJson<{ readonly sent: ReadonlyArray<Passed> }>(`${provider}/sent`))?.sent ?? [],
    isIdle: async () =>
      (await askJson<{ webhooks: { readonly pending: number } }>(`${provider}/state`))?.webhooks.pending ===
      0,
    log: () => readFileSync(logFile),
    close: async () => {
      await stopServer()
      await double.kill()
    }
  }
}

const runCommand = (env: Readonly<Record<string, string>>, args: ReadonlyArray<string>): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", preload, main, ...args], {
      env: { PATH: process.env.PATH ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let said = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text
      })
    }
    child.once("close", (code) => resolve({ code, said }))
  })
