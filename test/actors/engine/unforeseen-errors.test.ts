import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { describePostgres, type TestDatabase } from "../../databases.ts"
import { counter } from "./world/machines.ts"
import { startEngine, type TestEngine, until } from "./world/run-engine.ts"

/** One of each class that Postgres knows and that says nothing about a delivery's data, and one that nobody knows. */
const codes = [
  ...[
    "01000",
    "02000",
    "03000",
    "08P01",
    "09000",
    "0A000",
    "0B000",
    "0F001",
    "0L000",
    "0P000",
    "0Z000",
    "20000"
  ],
  ...[
    "21000",
    "24000",
    "25006",
    "26000",
    "27000",
    "28000",
    "2BP01",
    "2D000",
    "2F003",
    "34000",
    "38001",
    "39P01"
  ],
  ...[
    "3B001",
    "3D000",
    "3F000",
    "40001",
    "42501",
    "42883",
    "42P01",
    "44000",
    "53100",
    "53300",
    "54000",
    "55P03"
  ],
  ...["57014", "58030", "72000", "F0001", "HV000", "P0001", "XX000", "XX001", "XX002", "Z9Z9Z"]
]

const add = { type: "Add" }

describePostgres("an error of the database that nobody foresaw", (kind) => {
  let database: TestDatabase
  let engine: TestEngine
  /** Every event of streams like this is refused with this code from now on; undefined ends it. */
  const plant = (code: string | undefined, streams = "%") =>
    database.admin("select public.plant($1, $2)", [code ?? null, streams])

  beforeAll(async () => {
    database = await kind.make()
    for (const statement of planting) await database.admin(statement)
    engine = await startEngine(database, { machines: [{ machine: counter }] })
    await engine.deliver("counter/before", add)
  })
  afterAll(async () => {
    await engine?.stop()
    await database?.drop()
  })

  const ready = () => engine.run(Effect.map(engine.engine.status, (status) => status.ready))

  it.each(codes)(
    "%s is nobody's fault: what is sent is kept by whoever sent it, and stored when it is over",
    async (code) => {
      const streams = Array.from({ length: 5 }, (_, n) => `counter/${code}-${n}`)
      await plant(code)
      const refusals = await Promise.all(streams.map((of) => engine.refuse(of, add, { key: of })))
      expect(refusals.map((error) => [error._tag, "reason" in error && error.reason])).toEqual(
        streams.map(() => ["TryAgain", "storeUnavailable"])
      )
      await plant(undefined)
      await until("it is ready again", ready)
      for (const of of streams) {
        const again = await engine.deliver(of, add, { key: of })
        expect(again.version).toBe(2)
        expect(await engine.types(of)).toEqual(["ActorStarted", "Add", "Counted"])
      }
    }
  )

  it("that lasts shows: nothing is ready while nothing is taken, and the log says why", async () => {
    await plant("XX002")
    const seen = new Set<boolean>()
    for (let n = 0; n < 20; n++) {
      const refused = await engine.refuse(`counter/lasting-${n}`, add)
      expect(refused).toMatchObject({ _tag: "TryAgain", reason: "storeUnavailable" })
      seen.add(await ready())
    }
    expect([...seen]).toEqual([false])
    expect(engine.log.filter((line) => line.startsWith("error: ") && line.includes("planted"))).not.toEqual(
      []
    )
    await plant(undefined)
    await until("it is ready again", ready)
  })

  it("that meets one actor alone holds up nobody else, and is logged", async () => {
    await plant("XX001", "counter/poison%")
    const others = Array.from({ length: 30 }, (_, n) => `counter/other-${n}`)
    const [refused, ...stored] = await Promise.all([
      engine.refuse("counter/poison-1", add),
      ...others.map((of) => engine.deliver(of, add))
    ])
    expect(refused).toMatchObject({ _tag: "TryAgain", reason: "storeUnavailable" })
    expect(stored.map(({ version }) => version)).toEqual(others.map(() => 2))
    expect(engine.log.filter((line) => line.includes("is not stored, while other things are"))).not.toEqual(
      []
    )
    expect(await ready()).toBe(true)
    await plant(undefined)
    expect((await engine.deliver("counter/poison-1", add)).version).toBe(2)
  })

  it.each(["22021", "22P05", "23514"])(
    "%s alone is about the data: told as wrong, once and for all",
    async (code) => {
      await plant(code, `counter/wrong-${code}`)
      expect(await engine.refuse(`counter/wrong-${code}`, add)).toMatchObject({
        _tag: "EventRefused",
        reason: "wrongData"
      })
      await plant(undefined)
    }
  )
})

/** A trigger of the table of events that refuses what `plant` says. */
const planting = [
  "create table public.planted (code text, streams text)",
  "grant select on public.planted to public",
  `create function public.plant(code text, streams text) returns void language sql as $$
    delete from public.planted; insert into public.planted select code, streams where code is not null $$`,
  `create function public.refuse_event() returns trigger language plpgsql as $$
    declare code text;
    begin
      select p.code into code from public.planted p where new.stream like p.streams;
      if code is not null then raise exception 'planted' using errcode = code; end if;
      return new;
    end $$`,
  "create trigger planted before insert on es.event for each row execute function public.refuse_event()"
]
