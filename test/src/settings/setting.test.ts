import { expect, test } from "vitest"
import { urlShown } from "../../../src/settings/setting.ts"

test.each([
  ["https://evolution.example", "https://evolution.example"],
  ["http://10.0.0.7:8080/", "http://10.0.0.7:8080"],
  ["https://ana:s3cret@evolution.example", "https://evolution.example/…"],
  ["https://:s3cret@evolution.example", "https://evolution.example/…"],
  ["https://s3cret@evolution.example:8443/", "https://evolution.example:8443/…"],
  ["https://otlp.example/s3cret/v1", "https://otlp.example/…"],
  ["https://otlp.example/?api-key=s3cret", "https://otlp.example/…"],
  ["https://otlp.example#s3cret", "https://otlp.example/…"],
  ["https:s3cret", "https://s3cret"],
  ["s3cret", "a URL"],
  ["mailto:s3cret@example", "a URL"]
])("of %s people see %s", (url, shown) => {
  expect(urlShown(url)).toBe(shown)
  if (!/^https:s3cret$/.test(url)) expect(urlShown(url)).not.toContain("s3cret")
})
