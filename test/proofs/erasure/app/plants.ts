import type { Exchange } from "../../../rig/app/exchange.ts"

/** A fault put in on purpose, to see that the proof finds it. */
export interface Plant {
  readonly name: string
  /** What is wrong with it. */
  readonly about: string
  /** In the code of the server and the commands, as they load it. */
  readonly exchanges?: ReadonlyArray<Exchange>
  /** In the database, once it is migrated. */
  readonly sql?: ReadonlyArray<string>
}

/** The model that repeats what it is told. */
export const modelExchanges: ReadonlyArray<Exchange> = [
  {
    file: "src/models/scripted/scripted-model.ts",
    find: "writeReply: (request) => Effect.sync(() => replyByScript(request))",
    put: "writeReply: echoReply"
  },
  {
    file: "src/models/scripted/scripted-model.ts",
    find: 'import * as Effect from "effect/Effect"',
    put: `import { echoReply } from "${new URL("echo-model.ts", import.meta.url)}"`
  }
]

/** Takes a piece out of a function in the database; fails when it is not there. */
const without = (name: string, piece: string, put = "") => `do $$ declare
  body text := pg_get_functiondef('es.${name}'::regproc);
begin
  if position('${piece.replaceAll("'", "''")}' in body) = 0 then raise exception 'nothing to take out of ${name}'; end if;
  execute replace(body, '${piece.replaceAll("'", "''")}', '${put.replaceAll("'", "''")}');
end $$`

/** Every fault that can be planted. */
export const plants: ReadonlyArray<Plant> = [
  {
    name: "snapshots-stay",
    about: "the commit of the proof leaves the snapshots",
    sql: [without("erase_streams", "delete from es.snapshot s using", "delete from es.staged_event s using")]
  },
  {
    name: "jobs-stay",
    about: "the commit of the proof leaves the jobs",
    exchanges: [
      {
        file: "actors/engine/working-actor.ts",
        find: "const pending = this.state?.jobs ?? []",
        put: "const pending: ReadonlyArray<{ readonly job: string }> = []"
      }
    ],
    sql: [without("erase_streams", "delete from es.job s using", "delete from es.staged_event s using")]
  },
  {
    name: "ciphertexts-stay",
    about: "the key is destroyed and the ciphertexts of events stay",
    sql: [without("destroy_subject", "and e.sealed is not null", "and e.sealed is null")]
  },
  {
    name: "key-and-ciphertexts-stay",
    about: "the person's key stays, and so do the ciphertexts",
    sql: [
      without("destroy_subject", "and e.sealed is not null", "and e.sealed is null"),
      without(
        "destroy_subject",
        "set wrapped = null, erased_at = coalesce(s.erased_at, clock_timestamp())",
        "set master_id = s.master_id"
      )
    ]
  },
  {
    name: "others-too",
    about: "the ciphertexts of everybody at the company go",
    sql: [
      without(
        "destroy_subject",
        "s.company = $1 and s.subject = $2 and e.company",
        "s.company = $1 and e.company"
      )
    ]
  },
  {
    name: "contact-in-clear",
    about: "the index of contacts holds the phone number itself",
    exchanges: [
      {
        file: "src/companies/contacts.ts",
        find: 'return createHmac("sha256", key).update(JSON.stringify(of)).digest()',
        put: 'return createHmac("sha256", key) && Buffer.from(JSON.stringify(of))'
      }
    ]
  },
  {
    name: "state-not-redacted",
    about: "the proof holds the actor's whole state",
    exchanges: [
      {
        file: "actors/engine/redacted-state.ts",
        find: "return !this.known.clear.has(text) || this.known.personal.has(text)",
        put: "return text === undefined"
      }
    ]
  },
  {
    name: "words-unmarked",
    about: "the lead's words of an answer are not marked as personal",
    exchanges: [
      {
        file: "machines/conversation/events.ts",
        find: "said: personal(Schema.String)\n})\nexport type Answer",
        put: "said: Schema.String\n})\nexport type Answer"
      }
    ]
  },
  {
    name: "type-unmarked",
    about: "the type of a file that the lead sends is not marked as personal",
    exchanges: [
      {
        file: "machines/conversation/events.ts",
        find: "mimeType: Schema.optionalKey(personal(Schema.String))",
        put: "mimeType: Schema.optionalKey(Schema.String)"
      }
    ]
  },
  {
    name: "reason-by-model",
    about: "why a person should go on is stored in the model's own words",
    exchanges: [
      {
        file: "src/handlers/write-reply.ts",
        find: "{ handOver: handOverReason(handOver) }",
        put: "{ handOver: [handOver, handOverReason][0] }"
      }
    ]
  },
  {
    name: "job-input-unsealed",
    about: "what a job is asked with is stored as it is",
    exchanges: [
      {
        file: "actors/engine/working-actor.ts",
        find: "encryptIf(key, jobPlace({ company, stream, job }), text)",
        put: "text"
      },
      {
        file: "actors/engine/working-actor.ts",
        find: "import { jobPlace, messagePlace,",
        put: "import { messagePlace,"
      }
    ]
  },
  {
    name: "job-error-unsealed",
    about: "what a provider said of a job is stored as it is",
    exchanges: [
      {
        file: "actors/jobs/job-attempts.ts",
        find: ": encryptIf(job.key, jobMessagePlace(job), kept(failure.message, messageMaxLength))",
        put: ": kept(failure.message, messageMaxLength)"
      }
    ]
  },
  {
    name: "message-logged",
    about: "the server logs what a lead writes",
    exchanges: [
      {
        file: "src/inbox/inbox.ts",
        find: "const expectedVersion = isNews",
        put: "yield* Effect.logDebug(event)\n        const expectedVersion = isNews"
      }
    ]
  },
  {
    name: "error-logged",
    about: "the server logs what a provider said of a job",
    exchanges: [
      {
        file: "actors/jobs/job-attempts.ts",
        find: "const failure = failureOf(exit)\n",
        put: "const failure = failureOf(exit)\n    ports.log(failure.message)\n"
      }
    ]
  },
  {
    name: "ledger-not-read",
    about: "a server on a restored backup does not look who was erased",
    exchanges: [
      {
        file: "src/wiring/boot.ts",
        find: "yield* eraseReturned(ledger)",
        put: "void [eraseReturned, ledger]"
      }
    ]
  },
  {
    name: "ledger-not-written",
    about: "nobody writes down who was erased",
    exchanges: [
      {
        file: "src/privacy/erasure-ledger.ts",
        find: "if (!isThere) append(file,",
        put: 'if (file === "") append(file,'
      }
    ]
  },
  {
    name: "stream-forgotten",
    about: "the conversations of a person are erased, and their lead is overlooked",
    sql: [
      without(
        "copies_of",
        "where ss.company = $1 and ss.subject = $2\n",
        "where ss.company = $1 and ss.subject = $2 and ss.stream like 'conversation/%'\n"
      ),
      without(
        "destroy_subject",
        "s.company = $1 and s.subject = $2 and s.erased_at is null)",
        "s.company = $1 and s.subject = $2 and s.stream = '')"
      ),
      without(
        "destroy_subject",
        "s.company = $1 and s.subject = $2 and e.company",
        "s.company = $1 and s.subject = $2 and s.stream like 'conversation/%' and e.company"
      )
    ]
  },
  {
    name: "erasure-not-chained",
    about: "the ciphertexts go and their hashes with them",
    sql: [
      "alter table es.event disable trigger event_no_update",
      without(
        "destroy_subject",
        "update es.event e set sealed = null",
        "update es.event e set sealed = null, sealed_hash = null, key_id = null"
      )
    ]
  }
]
