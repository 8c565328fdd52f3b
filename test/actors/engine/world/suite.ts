import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest"
import { EngineClock } from "../../../../actors/engine/engine-clock.ts"
import { type DatabaseKind, databases, everyDatabase, type TestDatabase } from "../../../databases.ts"
import { startEngine, type TestEngine, type TestEngineOptions } from "./run-engine.ts"

/** What every test of an engine suite has: an empty database, a clock moved by hand, engines that end with the test. */
export interface EngineSuite {
  readonly database: TestDatabase
  readonly clock: ReturnType<typeof EngineClock.manual>
  readonly start: (options: TestEngineOptions) => Promise<TestEngine>
}

/** Describes what engines do, on the database at hand. */
export const describeEngine = (title: string, suite: (given: EngineSuite) => void): void => {
  describe.each(databases)(`${title}, on $name`, (kind) => suite(engineSuite(kind)))
}

/** Describes what must be the same on every kind of database. */
export const describeEngineOnEvery = (title: string, suite: (given: EngineSuite) => void): void => {
  describe.each(everyDatabase)(`${title}, on $name`, (kind) => suite(engineSuite(kind)))
}

/** Sets up and tears down; call it inside `describe`. */
export const engineSuite = (kind: DatabaseKind): EngineSuite => {
  const started: Array<TestEngine> = []
  const given = {
    database: undefined as unknown as TestDatabase,
    clock: EngineClock.manual(),
    start: async (options: TestEngineOptions) => {
      const engine = await startEngine(given.database, { clock: given.clock, ...options })
      started.push(engine)
      return engine
    }
  }
  beforeAll(async () => {
    given.database = await kind.make()
  })
  afterAll(() => given.database?.drop())
  beforeEach(async () => {
    given.clock = EngineClock.manual()
    await given.database.clear()
  })
  afterEach(async () => {
    for (const engine of started.splice(0)) await engine.stop()
  })
  return given
}
