import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { mayReach } from "../caller.ts"
import { hasOwnPath, type ListResource, type listGroup } from "../contract/lists/lists.ts"
import { rawHandlersOf } from "../handlers-of.ts"
import { refuse } from "../refusal.ts"
import { readOne, readPage } from "./read-page.ts"

const list = Effect.fnUntraced(function* ({ readModel, module }: ListResource) {
  const { caller, scope } = yield* mayReach(module, "read", `${readModel.name}.list`, readModel.name)
  return yield* readPage(readModel, caller.company, scope)
})

const read = Effect.fnUntraced(function* ({ readModel, module, path }: ListResource) {
  const { id = "" } = yield* HttpRouter.params
  const { caller, scope } = yield* mayReach(
    module,
    "read",
    `${readModel.name}.read`,
    `${readModel.name}:${id}`
  )
  const row = yield* readOne(readModel, caller.company, scope, [id])
  if (row === undefined)
    return yield* refuse(404, `there is none of ${path} with the id "${id.slice(0, 80)}"`)
  return HttpServerResponse.jsonUnsafe(row)
})

/** What answers the endpoints of `listGroup`. */
export const listHandlers = (group: ReturnType<typeof listGroup>, resources: ReadonlyArray<ListResource>) =>
  rawHandlersOf(group, {
    ...Object.fromEntries(resources.map((resource) => [resource.readModel.name, () => list(resource)])),
    ...Object.fromEntries(
      resources
        .filter(hasOwnPath)
        .map((resource) => [`${resource.readModel.name}.read`, () => read(resource)])
    )
  })
