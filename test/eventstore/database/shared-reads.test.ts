import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Database } from "../../../eventstore/database/database.ts"
import { databases, type TestDatabase } from "../../databases.ts"

const first = ["select set_config('centurion.test', $1, true)", ["here"]] as const
/** What was set for the transaction, when it began, and a number of its own. */
const look = "select current_setting('centurion.test', true), now()::text, $1::int"

describe.each(databases)("reads that share transactions on $name", (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await kind.make()
  })
  afterAll(() => database?.drop())

  type Read = Database["Service"]["read"]
  const withRead = <A, E>(use: (read: Read) => Effect.Effect<A, E>) =>
    Effect.runPromise(
      Effect.provide(
        Effect.flatMap(Database, ({ read }) => use(read)),
        database.layer
      )
    )
  const all = <A, E>(effects: ReadonlyArray<Effect.Effect<A, E>>) =>
    Effect.forEach(effects, (each) => Effect.result(each), { concurrency: "unbounded" })
  const numbers = Array.from({ length: 20 }, (_, n) => n)

  it("answer each with its own rows, eight of them in one transaction", async () => {
    const answers = await withRead((read) => all(numbers.map((n) => read(first, look, [n]))))
    const rows = answers.map((answer) => (answer._tag === "Success" ? answer.success[0]! : []))
    expect(rows.map(([set, , n]) => [set, n])).toEqual(numbers.map((n) => ["here", n]))
    const begun = rows.map(([, at]) => at)
    expect(new Set(begun.slice(0, 8)).size).toBe(1)
    expect(new Set(begun).size).toBe(3)
  })

  it("keep apart what begins with another statement", async () => {
    const answers = await withRead((read) =>
      all(numbers.map((n) => read([first[0], [`place ${n % 3}`]], look, [n])))
    )
    expect(answers.map((answer) => answer._tag === "Success" && answer.success[0]![0])).toEqual(
      numbers.map((n) => `place ${n % 3}`)
    )
  })

  it("fail alone: those behind a wrong one are answered all the same", async () => {
    const answers = await withRead((read) =>
      all(numbers.map((n) => read(first, n === 2 ? "select 1 / $1::int" : look, [n === 2 ? 0 : n])))
    )
    expect(answers[2]).toMatchObject({ _tag: "Failure", failure: { code: "22012" } })
    const right = answers.flatMap((answer) => (answer._tag === "Success" ? [answer.success[0]![2]] : []))
    expect(right).toEqual(numbers.filter((n) => n !== 2))
  })

  // The embedded database is one session, in this thread: nothing happens beside it.
  const onServer = it.skipIf(kind.name === "PGlite")

  onServer("are not held up by a slow one behind them", async () => {
    const order: Array<string> = []
    const tell = (name: string) => Effect.sync(() => void order.push(name))
    const asked = [
      ["quick", "select 1"],
      ["slow", "select pg_sleep(0.3)"],
      ["behind", "select 2"]
    ] as const
    await withRead((read) =>
      all([
        ...asked.map(([name, sql]) => Effect.andThen(read(first, sql), tell(name))),
        Effect.delay(tell("meanwhile"), 100)
      ])
    )
    expect(order).toEqual(["quick", "meanwhile", "slow", "behind"])
  })

  onServer("are asked again when their table was made anew since they were prepared", async () => {
    const inSpare = ["select set_config('search_path', $1, true)", ["spare"]] as const
    const make = async (type: string, value: string) => {
      await database.admin("create schema if not exists spare")
      await database.admin("grant usage on schema spare to centurion_engine")
      await database.admin("drop table if exists spare.things")
      await database.admin(`create table spare.things as select ${value}::${type} as thing`)
      await database.admin("grant select on spare.things to centurion_engine")
    }
    const ask = (read: Read) => Effect.result(read(inSpare, "select thing from things"))
    await make("int", "1")
    const [before, after] = await withRead((read) =>
      Effect.gen(function* () {
        const first = yield* ask(read)
        yield* Effect.promise(() => make("text", "'one'"))
        return [first, yield* ask(read)] as const
      })
    )
    expect([before, after]).toMatchObject([{ success: [[1]] }, { success: [["one"]] }])
    await database.admin("drop schema spare cascade")
    expect(await withRead(ask)).toMatchObject({ failure: { code: "42P01" } })
  })

  it("can't write", async () => {
    const [answer] = await withRead((read) => all([read(first, "create table planted (n int)")]))
    expect(answer).toMatchObject({ _tag: "Failure", failure: { code: "25006" } })
  })

  it("all fail of what they begin with", async () => {
    const answers = await withRead((read) =>
      all([1, 2, 3].map((n) => read(["select 1 / $1::int", [0]], look, [n])))
    )
    for (const answer of answers) expect(answer).toMatchObject({ failure: { code: "22012" } })
  })

  it("go on when who asked first does not wait any longer", async () => {
    const second = await withRead((read) =>
      Effect.gen(function* () {
        const gone = yield* Effect.forkChild(read(first, look, [1]), { startImmediately: true })
        const staying = yield* Effect.forkChild(read(first, look, [2]), { startImmediately: true })
        yield* Fiber.interrupt(gone)
        return yield* Fiber.join(staying)
      })
    )
    expect(second[0]?.[2]).toBe(2)
  })

  onServer("are told when the connection breaks", async () => {
    const end =
      "select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(9)' and state = 'active'"
    const ending = Effect.repeat(
      Effect.promise(() => database.admin(end)),
      { until: (rows) => rows.length > 0 }
    )
    const [slow, behind] = await withRead((read) =>
      all([read(first, "select pg_sleep(9)"), read(first, look, [1]), ending])
    )
    expect(slow).toMatchObject({ _tag: "Failure", failure: { unreachable: true } })
    expect(behind).toMatchObject({ _tag: "Failure", failure: { unreachable: true } })
  })
})
