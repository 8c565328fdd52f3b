/** A proof that a command of its own gives. */
export interface ProofCommand {
  readonly name: string
  /** What it shows. */
  readonly promises: string
  readonly about: string
  /** A file of ours, or a program of our packages. */
  readonly program: string
  readonly args: Readonly<Record<Size, ReadonlyArray<string>>>
  /** In full. */
  readonly env?: Readonly<Record<string, string>>
  /** It wants a Postgres; else it needs none or starts its own. */
  readonly needsPostgres: boolean
  /** Throws, in words for people, where a program that it starts is not there. */
  readonly findPrograms?: () => Promise<void>
  /** The line of its output that says what it found. */
  readonly figure: RegExp
}

/** All that the promises name, or a moment of each to see that they run. */
export type Size = "full" | "short"

const counted = (flag: string, full: number, short: number) => ({
  full: [flag, `${full}`],
  short: [flag, `${short}`]
})

const lawFiles = {
  full: ["run", "test/machines", "test/actors/equivalence.test.ts", "test/eventstore/proof/verify.test.ts"],
  short: ["run", "test/machines/lead-and-deal-walks.test.ts"]
}

/** Every long proof, the ones first that are soon over. */
export const proofs: ReadonlyArray<ProofCommand> = [
  {
    name: "tamper",
    promises: "P13",
    about: "history can't be changed unseen",
    program: "test/eventstore/tamper/main.ts",
    args: counted("--changes", 1_000, 20),
    needsPostgres: true,
    figure: /^\d+ of \d+ found.*$/m
  },
  {
    name: "erasure",
    promises: "P14",
    about: "erasure removes a person everywhere, and history still verifies",
    program: "test/proofs/erasure/main.ts",
    args: { full: [], short: [] },
    needsPostgres: true,
    findPrograms: async () => void (await import("./erasure/proof-database.ts")).findPrograms(),
    figure: /^(nothing personal is left|\d+ of \d+ are WRONG).*$/m
  },
  {
    name: "projections",
    promises: "P6",
    about: "read models miss nothing and can be rebuilt",
    program: "test/proofs/projections/main.ts",
    args: counted("--kills", 50, 2),
    needsPostgres: true,
    figure: /^P6: .*$/m
  },
  {
    name: "webhooks",
    promises: "P15",
    about: "forged or malformed webhooks change nothing",
    program: "test/proofs/webhooks/main.ts",
    args: counted("--requests", 100_000, 500),
    needsPostgres: true,
    figure: /^P15: .*$/m
  },
  {
    name: "api",
    promises: "P10",
    about: "no company reads or writes another's data by the API",
    program: "test/proofs/api/main.ts",
    args: counted("--requests", 20_000, 200),
    needsPostgres: true,
    figure: /^\| \d+ \| \d+ \|.*$/m
  },
  {
    name: "laws",
    promises: "P5",
    about: "the laws of machines, of the engine and of the chain, on many random walks",
    program: "node_modules/.bin/vitest",
    args: lawFiles,
    env: { CENTURION_TEST_RUNS: "full" },
    needsPostgres: false,
    figure: /^ *Tests .*$/m
  },
  {
    name: "simulate",
    promises: "P1-P5, P7, P8",
    about: "weeks of conversations with faults, on a virtual clock",
    program: "test/simulator/simulate.ts",
    args: counted("--runs", 10_000, 2),
    needsPostgres: false,
    figure: /^(every promise held|the first fault).*$/m
  },
  {
    name: "chaos",
    promises: "P1-P4, P7-P9",
    about: "real processes killed, frozen and cut off under load",
    program: "test/rig/chaos.ts",
    args: { full: ["--size", "full"], short: ["--size", "short", "--only", "P9"] },
    needsPostgres: false,
    findPrograms: async () => {
      const { canStartPostgres } = await import("../actors/engine/world/own-postgres.ts")
      const { canStartRedis } = await import("../rig/world/own-redis.ts")
      if (!canStartPostgres)
        throw new Error(
          "chaos starts a Postgres of its own and finds no initdb and postgres: install postgresql"
        )
      if (!canStartRedis())
        throw new Error("chaos starts a Redis of its own and finds no redis-server: install redis")
    },
    figure: /^(all as promised|WRONG): .*$/m
  }
]
