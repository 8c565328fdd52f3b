import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Address } from "../../../actors/address.ts"
import { Database, type Row } from "../../../eventstore/database/database.ts"
import { askCompany } from "../../../projections/engine/in-company.ts"
import { shownColumns } from "../../../projections/query/field-names.ts"
import { memoize } from "../../../projections/query/memoize.ts"
import type { Scope } from "../../../projections/query/owner-rule.ts"
import { rowWriter } from "../../../projections/query/row-json.ts"
import { actorStatement } from "../../../projections/query/row-sql.ts"
import type { ReadModel } from "../../../projections/read-model.ts"
import type { MachineResource } from "../../resources/machine-resource.ts"
import { mayReach } from "../caller.ts"
import { waitForWrite } from "../lists/wait-for-write.ts"
import { etagOf } from "../refusal.ts"
import { headerOf, keyOf, noSuch, query, viewOf } from "./actor-requests.ts"
import { type HeldState, standingOf } from "./actor-standing.ts"

const writerOf = memoize(rowWriter)
const widthOf = memoize((readModel: ReadModel) => Object.keys(shownColumns(readModel)).length)

/** What one statement says of an actor. */
interface Found {
  /** Its row in the list, as JSON text. */
  readonly row: string | undefined
  /** The last version of its stream; null when it has no event. */
  readonly last: number | null
  /** Its row of `actors`, if that shows the last version. */
  readonly held: HeldState | undefined
}

const foundIn = (readModel: ReadModel, values: Row): Found => {
  const [isThere, last, version, machineVersion, snapshot] = values.slice(widthOf(readModel)) as [
    boolean,
    number | null,
    number | null,
    string,
    string | null
  ]
  return {
    row: isThere ? writerOf(readModel)(values) : undefined,
    last,
    held: snapshot === null || version !== last ? undefined : { machineVersion, snapshot }
  }
}

const find = Effect.fnUntraced(function* (resource: MachineResource, address: Address, scope: Scope) {
  const readModel = resource.rows?.readModel
  if (readModel === undefined) return undefined
  const database = yield* Database
  const statement = actorStatement(readModel, address, scope, keyOf(resource, address.id))
  const [values] = yield* askCompany(database, address.company, statement)
  return foundIn(readModel, values!)
})

/**
 * `GET /deals/:id`: its row, its state, and what may be sent to it now. The read models tell it when they show the last
 * that was stored of it, whoever owns it; else the engine loads it.
 */
export const readActor = Effect.fnUntraced(function* (resource: MachineResource, id: string) {
  const { module, machine } = resource
  const { caller, scope } = yield* mayReach(module, "read", `${machine}.read`, `${machine}:${id}`)
  const address = { company: caller.company, machine, id }
  yield* waitForWrite(address.company, yield* query)
  const found = yield* find(resource, address, scope)
  if (found?.row === undefined && scope.kind === "own") return yield* noSuch(resource, id)
  const standing = found?.held && standingOf(resource.listed, found.held)
  const view = standing === undefined ? yield* viewOf(address) : undefined
  const version = view?.version ?? found?.last ?? undefined
  if (version === undefined) return yield* noSuch(resource, id)
  const etag = etagOf(version)
  if ((yield* headerOf("if-none-match")) === etag)
    return HttpServerResponse.empty({ status: 304, headers: { etag } })
  const { value = null, status = null, can = [] } = view ?? standing ?? {}
  const shown = { id, machine, version, state: value, status, erased: view?.erased ?? false, can }
  return HttpServerResponse.text(`${JSON.stringify(shown).slice(0, -1)},"row":${found?.row ?? null}}`, {
    contentType: "application/json",
    headers: { etag }
  })
})
