import type { Exchange } from "./exchange.ts"

/** A fault put in on purpose, to see that a proof finds it. */
export interface Plant {
  readonly name: string
  /** What is wrong with it. */
  readonly about: string
  /** The proofs that must find it. */
  readonly foundBy: ReadonlyArray<string>
  /** In the code of the rig's processes, as they load it. */
  readonly exchanges?: ReadonlyArray<Exchange>
  /** In the rig's database, once it is migrated. */
  readonly sql?: ReadonlyArray<string>
}

const fence = `do $$ declare body text := pg_get_functiondef('es.advance_partitions'::regproc); begin
  if position('p.epoch = a.epoch::bigint and' in body) = 0 then raise exception 'no fence to take away'; end if;
  execute replace(body, 'p.epoch = a.epoch::bigint and', '');
end $$`

/** Every fault that can be planted. */
export const plants: ReadonlyArray<Plant> = [
  {
    name: "answer-before-commit",
    about: "a webhook is answered with 200 before its message is stored",
    foundBy: ["P1"],
    exchanges: [
      {
        file: "src/http/webhook-routes.ts",
        find: "return HttpServerResponse.jsonUnsafe(yield* take(account, inbox.take(channel.name, inbounds)))",
        put: "yield* Effect.forkDetach(Effect.ignore(inbox.take(channel.name, inbounds)))\n    return HttpServerResponse.jsonUnsafe({})"
      }
    ]
  },
  {
    name: "commit-not-synced",
    about: "the database answers a commit before it is on the disk (synchronous_commit = off)",
    foundBy: ["P1"],
    sql: [
      "alter system set synchronous_commit = off",
      "alter system set wal_writer_delay = '2s'",
      "select pg_reload_conf()"
    ]
  },
  {
    name: "no-webhook-key",
    about: "an inbound message is stored without the provider's id as its key",
    foundBy: ["P2"],
    exchanges: [
      {
        file: "src/inbox/inbox.ts",
        find: "const envelope = { principal, key,",
        put: "void key\n        const envelope = { principal,"
      }
    ]
  },
  {
    name: "no-attempt-commit",
    about: "a chunk is sent before its attempt is stored",
    foundBy: ["P3"],
    exchanges: [
      {
        file: "actors/jobs/job-attempts.ts",
        find: 'if (handler.notesAttempts ?? idempotency !== "safe") {',
        put: "if (false) {"
      }
    ]
  },
  {
    name: "no-send-key",
    about: "every attempt of a send has another key",
    foundBy: ["P3"],
    exchanges: [
      {
        file: "test/rig/app/keyed-channel.ts",
        find: "body: JSON.stringify({ key, contact, text })",
        put: "body: JSON.stringify({ key: key + Math.random(), contact, text })"
      }
    ]
  },
  {
    name: "receipt-says-no",
    about: "the receipt of a send is never found",
    foundBy: ["P3"],
    exchanges: [
      {
        file: "src/channels/evolution/make-evolution.ts",
        find: "findReceipt: (outbound) => findReceipt(account, outbound)",
        put: "findReceipt: () => Effect.succeed(Option.none())"
      }
    ]
  },
  {
    name: "doubt-sent-again",
    about: "a send in doubt on a channel without key and receipt is made again",
    foundBy: ["P3"],
    exchanges: [
      {
        file: "actors/jobs/job-attempts.ts",
        find: 'if (idempotency === "none" || findReceipt === undefined) {',
        put: 'if (idempotency === "none") return { _tag: "mayTryAgain" }\n  if (findReceipt === undefined) {'
      }
    ]
  },
  {
    name: "doubt-not-shown",
    about: "a chunk in doubt is not told of",
    foundBy: ["P3"],
    exchanges: [
      {
        file: "machines/conversation/delivery.ts",
        find: 'emit: [{ type: "ChunkInDoubt", turn: reply.turn, chunk: place + 1, reason }]',
        put: "emit: []"
      }
    ]
  },
  {
    name: "send-not-waited-for",
    about: "the next chunk sets out before the provider has the one before",
    foundBy: ["P4"],
    exchanges: [
      {
        file: "src/handlers/send-chunk.ts",
        find: "return outputOf(yield* channel.send(outboundOf(job, context)))",
        put: `const late = Effect.delay(channel.send(outboundOf(job, context)), Math.random() * 500)
    yield* Effect.forkDetach(Effect.ignore(late))
    return outputOf({ messageId: context.key, at: context.at })`
      }
    ]
  },
  {
    name: "sends-in-a-row",
    about: "a send waits for the one before it, whoever's that is",
    foundBy: ["P4"],
    exchanges: [
      {
        file: "src/handlers/send-chunk.ts",
        find: 'const name = "sendChunk"',
        put: 'import * as Semaphore from "effect/Semaphore"\nconst row = Semaphore.makeUnsafe(1)\nconst name = "sendChunk"'
      },
      {
        file: "src/handlers/send-chunk.ts",
        find: "yield* channel.send(outboundOf(job, context))",
        put: "yield* row.withPermits(1)(channel.send(outboundOf(job, context)))"
      }
    ]
  },
  {
    name: "no-fence",
    about: "an append does not ask whose the partition is",
    foundBy: ["P7"],
    sql: [fence]
  },
  {
    name: "timers-not-read",
    about: "timers that another process left in the database are not looked for",
    foundBy: ["P8"],
    exchanges: [
      {
        file: "actors/engine/timer-queue.ts",
        find: "for (const timer of found.success) this.set(timer)",
        put: ""
      }
    ]
  },
  {
    name: "timer-fires-twice",
    about: "a timer that is due is delivered twice, and nobody looks whether it is still set",
    foundBy: ["P8"],
    exchanges: [
      {
        file: "actors/engine/timer-queue.ts",
        find: "this.ports.fire(first)",
        put: "this.ports.fire(first), this.ports.fire(first)"
      },
      {
        file: "actors/engine/commit-draft.ts",
        find: "if (isStale(working, delivery)) return",
        put: "if (isStale(working, delivery) && delivery.job !== undefined) return"
      }
    ]
  },
  {
    name: "own-clock",
    about: "the engine goes by its machine's clock and not by the database's",
    foundBy: ["P8"],
    exchanges: [
      {
        file: "actors/engine/engine-clock.ts",
        find: "steadyBegan = databaseMs + roundTripMs / 2 - steady() + aheadMs",
        put: "void databaseMs"
      }
    ]
  },
  {
    name: "redis-needed",
    about: "a process ends when Redis does not answer",
    foundBy: ["P9"],
    exchanges: [
      {
        file: "src/redis/redis-connection.ts",
        find: 'redis.on("error", (error: Error) => warn.away(error))',
        put: 'redis.on("error", () => process.exit(1))'
      }
    ]
  }
]
