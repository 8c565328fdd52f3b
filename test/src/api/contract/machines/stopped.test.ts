import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { expect, it } from "vitest"
import { stoppedGroup, stoppedStatuses } from "../../../../../src/api/contract/machines/stopped.ts"

it("is told in the OpenAPI document with the statuses that an actor may have", () => {
  const { paths } = OpenApi.fromApi(HttpApi.make("test").add(stoppedGroup))
  const { parameters = [] } = paths["/api/v1/stopped-actors"]!.get!
  const status = parameters.find(({ name }) => name === "status")
  expect(status).toMatchObject({ in: "query", schema: { enum: stoppedStatuses } })
})
