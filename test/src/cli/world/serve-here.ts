import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { readSettings } from "../../../../src/config.ts"
import { type OpenServer, openServer } from "../../http/open-server.ts"
import type { Env } from "./run-cli.ts"

/** Variables that name a directory, so that none is made where the tests run. */
export type ServerEnv = Env & { readonly CENTURION_DIR: string }

/** The server that `centurion start` would start with these variables, within this process, on a free port. */
export const serveHere = async (
  env: ServerEnv,
  options?: Parameters<typeof openServer>[1]
): Promise<OpenServer> => {
  const reading = Effect.provide(readSettings(), ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)))
  return openServer({ ...(await Effect.runPromise(reading)), port: 0 }, options)
}
