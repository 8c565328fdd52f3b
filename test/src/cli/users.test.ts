import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { jsonLines, runCli, startCli } from "./world/run-cli.ts"

const passwordShape = /^[a-z2-7]{5}(-[a-z2-7]{5}){3}\n$/

describe.each(cliDatabases)("centurion users on $name", (kind) => {
  let database: CliDatabase
  beforeAll(async () => {
    database = await kind.make()
    await database.append("acme", [])
  })
  afterAll(() => database?.drop())

  const run = (...args: ReadonlyArray<string>) => runCli(["users", ...args], database.env)
  const withInput = async (input: string, ...args: ReadonlyArray<string>) => {
    const running = startCli(["users", ...args], database.env)
    running.stdin.end(input)
    return running.ended
  }
  const listed = async () => jsonLines((await run("list", "--json")).out)

  it("makes an admin with a random password, which it prints alone on stdout, once", async () => {
    expect((await run("list")).out).toContain("create-admin")
    const made = await run("create-admin", "Ana@Acme.test", "--name", "Ana")
    expect([made.code, made.out]).toEqual([0, expect.stringMatching(passwordShape)])
    expect(made.err).toContain("is a user of acme as Admin")
    const { out, err } = await run("list", "--json")
    expect(out + err).not.toContain(made.out.trim())
    expect(jsonLines(out)).toMatchObject([
      {
        company: "acme",
        email: "ana@acme.test",
        name: "Ana",
        roles: ["Admin"],
        state: "active",
        loggedInAt: null
      }
    ])
  })

  it("gives another password: a random one, or the one on standard input", async () => {
    const random = await run("set-password", "ana@acme.test")
    expect([random.code, random.out]).toEqual([0, expect.stringMatching(passwordShape)])
    const own = await withInput(
      "a password of my own\n",
      "set-password",
      "ana@acme.test",
      "--stdin",
      "--json"
    )
    expect([own.code, jsonLines(own.out)]).toEqual([0, [{ email: "ana@acme.test", password: null }]])
    const none = await withInput("", "set-password", "ana@acme.test", "--stdin")
    expect([none.code, none.out]).toEqual([2, ""])
    const weak = await withInput("short\n", "set-password", "ana@acme.test", "--stdin")
    expect([weak.code, weak.err]).toEqual([1, "the password has 5 characters; it needs 12 at least\n"])
  })

  it("invites, with a token alone on stdout", async () => {
    const invited = await run("invite", "bia@acme.test", "--role", "Comercial", "--role", "Diretor")
    expect([invited.code, invited.out]).toEqual([0, expect.stringMatching(/^centi_[A-Za-z0-9_-]{43}\n$/)])
  })

  it("suspends and restores", async () => {
    expect((await run("suspend", "ana@acme.test")).code).toBe(0)
    expect(await listed()).toMatchObject([{ state: "suspended" }])
    expect((await run("restore", "ana@acme.test")).code).toBe(0)
    expect(await listed()).toMatchObject([{ state: "active" }])
  })

  it("has access tokens signed by a new key, or says that the master key is needed for that", async () => {
    const rotated = await run("rotate-tokens", "--json")
    if (rotated.code === 0)
      expect(jsonLines(rotated.out)).toEqual([{ key: expect.stringMatching(/^t\d+$/), atOnce: false }])
    else expect(rotated.err).toContain("no master key is given")
  })

  it.each([
    [["suspend", "nobody@acme.test"], 1, "no user has the e-mail nobody@acme.test"],
    [["create-admin", "ana@acme.test"], 1, "this user belongs to the company already"],
    [["create-admin", "x@acme.test", "--company", "nope"], 1, 'no company is called "nope"; there is acme'],
    [["create-admin", "nothing"], 1, /^an e-mail looks like/],
    [["invite", "x@acme.test", "--role", "root"], 1, /^no role is called "root"; there are Admin/],
    [["invite", "ana@acme.test", "--role", "Admin"], 1, "this user belongs to the company already"],
    [["invite", "x@acme.test"], 2, /role/]
  ])("says what is wrong with %j", async (args, code, message) => {
    const ran = await run(...args)
    expect([ran.code, ran.err.trim()]).toEqual([
      code,
      typeof message === "string" ? message : expect.stringMatching(message)
    ])
  })
})
