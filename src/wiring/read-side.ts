import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CommitHint, Engine } from "../../actors/engine/engine.ts"
import type { ErasureTarget } from "../../actors/engine/erasures.ts"
import { Subscribers } from "../../actors/subscribers.ts"
import { upcastersOf } from "../../machines/upcasters.ts"
import { AsOfReadModels } from "../../projections/engine/as-of-read-models.ts"
import type { Projections } from "../../projections/engine/projections.ts"
import { projectionsLayer } from "../../projections/engine/projections-layer.ts"
import { readModels } from "../../projections/index.ts"

/** Word of commits, for those who listen before there is an engine. */
export class CommitWord extends Context.Service<
  CommitWord,
  {
    readonly hear: Engine["Service"]["onCommit"]
    /** From now on this engine's commits are told. */
    readonly follow: (engine: Engine["Service"]) => Effect.Effect<void>
  }
>()("centurion/wiring/CommitWord") {
  static readonly layer = Layer.sync(CommitWord, () => {
    const commits = new Subscribers<CommitHint>()
    return CommitWord.of({
      hear: commits.add,
      follow: (engine) => Effect.asVoid(engine.onCommit(commits.tell))
    })
  })
}

const ours = { models: readModels, upcastersOf }

/** The read models, fed by the process that owns the partitions, and those of past moments. */
export const readModelsLayer = (owner: string) =>
  Layer.unwrap(
    Effect.map(CommitWord, ({ hear }) =>
      Layer.merge(projectionsLayer({ ...ours, owner, onCommit: hear }), AsOfReadModels.layer(ours))
    )
  ).pipe(Layer.provideMerge(CommitWord.layer))

/** What the read models hold of a person. */
export const readModelsTarget = (projections: Projections["Service"]): ErasureTarget => ({
  name: "read models",
  erase: (company, _, streams) => projections.erase(company, streams)
})

/** What is kept of past moments goes whole, and is built without the person when it is asked for again. */
export const asOfReadModelsTarget = (past: AsOfReadModels["Service"]): ErasureTarget => ({
  name: "read models of past moments",
  erase: (company) => past.drop(company)
})
