import { expect, test } from "vitest"
import { withoutPassword } from "./into/without-password.ts"

test("no login and no parameter of a database's URL is shown", () => {
  for (const login of ["me:se@cret@", "me@", ":secret@", "me:se%2Fcret@", ""])
    for (const more of ["", "?password=secret", "?sslmode=require&password=secret#secret"])
      expect(withoutPassword(`postgres://${login}db.example:5432/sales${more}`)).toBe(
        "postgres://db.example:5432/sales"
      )
})

test("nor of one that can't be read, and a directory is shown as it is", () => {
  expect(withoutPassword("postgres://me:se/cret@db:port/sales")).toBe("postgres://db:port/sales")
  expect(withoutPassword("./data/demo")).toBe("./data/demo")
})
