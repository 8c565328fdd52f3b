import { secretUrl } from "../settings/setting.ts"

/** The Redis that processes share. */
export const redisSettings = {
  redisUrl: secretUrl("REDIS_URL", ["redis:", "rediss:"], "Redis for hints between processes; optional.")
}
