import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as UrlParams from "effect/http/UrlParams"
import * as Layer from "effect/Layer"
import * as Otlp from "effect/observability/Otlp"
import type { ValuesOf } from "../settings/setting.ts"
import type { telemetrySettings } from "./telemetry-settings.ts"

/** Headers hold credentials, and a webhook's secret under any name; a query may hold what is looked for of a person. */
const withoutSecrets = Layer.mergeAll(
  Layer.succeed(HttpMiddleware.TracerHeaderFilter, () => false),
  Layer.succeed(UrlParams.CurrentRedactedNames, [/.*/])
)

/** Sends traces, metrics and log lines by OTLP over HTTP when `CENTURION_OTLP_URL` says where; else nowhere. */
export const telemetryLayer = ({
  otlpUrl
}: Pick<ValuesOf<typeof telemetrySettings>, "otlpUrl">): Layer.Layer<never> =>
  otlpUrl === undefined
    ? Layer.empty
    : Layer.merge(
        withoutSecrets,
        Otlp.layerJson({
          baseUrl: otlpUrl,
          resource: { serviceName: "centurion" },
          loggerMergeWithExisting: true
        }).pipe(Layer.provide(FetchHttpClient.layer))
      )
