import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { newDirectory, type OpenServer, quickCompany, secrets } from "../http/open-server.ts"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { jsonLines, runCli } from "./world/run-cli.ts"
import { type ServerEnv, serveHere } from "./world/serve-here.ts"

const phones = { ana: "5511999990001", bia: "5511999990002", caio: "5511999990003" }
type Name = keyof typeof phones

/** Nobody answers there: what is to be sent stays a job. */
const nowhere = "http://127.0.0.1:1"

describe.each(cliDatabases)("centurion erase and hold on $name", (kind) => {
  let database: CliDatabase
  let dir: string
  let env: ServerEnv
  beforeAll(async () => {
    database = await kind.make()
    dir = database.env.CENTURION_DIR ?? newDirectory()
    mkdirSync(join(dir, "companies"), { recursive: true })
    writeFileSync(join(dir, "companies", "quick.json"), JSON.stringify(quickCompany))
    env = {
      ...database.env,
      CENTURION_DIR: dir,
      CENTURION_LOG_LEVEL: "warn",
      CENTURION_LEASE_MS: "1000",
      CENTURION_EVOLUTION_URL: nowhere,
      CENTURION_EVOLUTION_API_KEY: secrets.evolutionApiKey,
      CENTURION_EVOLUTION_INSTANCES: "main",
      CENTURION_EVOLUTION_WEBHOOK_SECRET: secrets.evolutionWebhookSecret
    }
    const server = await serveHere(env)
    for (const name of Object.keys(phones) as ReadonlyArray<Name>) await write(server, name, "oi")
    await server.close()
  })
  afterAll(async () => {
    await database?.drop()
    rmSync(dir, { recursive: true, force: true })
  })

  const write = async ({ url }: OpenServer, name: Name, text: string) => {
    const key = { remoteJid: `${phones[name]}@s.whatsapp.net`, fromMe: false, id: `3A${name}${text}` }
    const data = { key, pushName: name, message: { conversation: text }, messageTimestamp: 1_767_614_400 }
    const send = () =>
      fetch(`${url}/webhook/whatsapp`, {
        method: "POST",
        headers: { "x-centurion-secret": secrets.evolutionWebhookSecret },
        body: JSON.stringify({ event: "messages.upsert", instance: "main", data })
      })
    let answer = await send()
    // A slow machine may miss so short a lease: then the provider sends again, as it does.
    while (answer.status === 503) answer = await send()
    const { stored, known, refused } = (await answer.json()) as Record<string, number>
    expect([Number(stored) + Number(known), refused]).toEqual([1, 0])
  }
  const run = (...args: ReadonlyArray<string>) => runCli(args, env)
  const contact = (name: Name) => ["quick", "--contact", `phone:${phones[name]}`]
  const planOf = async (name: Name) => {
    const { out } = await run("erase", ...contact(name), "--dry-run", "--json")
    return jsonLines(out)[0] as {
      readonly subject: string
      readonly copies: ReadonlyArray<{ readonly stream: string; readonly events: number }>
    }
  }

  it("say with --dry-run what there is, by contact or by any of the person's actors, and change nothing", async () => {
    const { code, out } = await run("erase", ...contact("ana"), "--dry-run")
    expect([code, out.split("\n")]).toEqual([
      0,
      [
        expect.stringMatching(/^quick\/lead\/[0-9a-f]{20} has personal data in \d streams?:$/),
        expect.stringMatching(/^ {2}contact\/[0-9a-f]{20}: \d+ events, [1-9]\d* of them sealed; /),
        expect.stringMatching(/^ {2}conversation\/[0-9a-f]{20}: \d+ events, [1-9]\d* of them sealed; /),
        ...(out.includes("  lead/") ? [expect.stringMatching(/^ {2}lead\/[0-9a-f]{20}: \d+ events?, /)] : []),
        "The key and all of the above but the events go. Events stay with their clear parts, and history still verifies.",
        ""
      ]
    ])
    const plan = await planOf("ana")
    expect(plan).toMatchObject({ company: "quick", dryRun: true, held: null })
    const { stream } = plan.copies.find((each) => each.stream.startsWith("conversation/"))!
    const byActor = await run("erase", `quick/${stream}`, "--dry-run", "--json")
    expect(jsonLines(byActor.out)).toEqual([plan])
    const bySubject = await run("erase", `quick/${plan.subject}`, "--dry-run", "--json")
    expect(jsonLines(bySubject.out)).toEqual([plan])
  })

  it("ask first, and say what to do where nobody can be asked", async () => {
    expect(await run("erase", ...contact("ana"))).toEqual({
      code: 2,
      out: "",
      err: "erase asks first, and there is no terminal to ask on: add --yes\n"
    })
  })

  it.each([
    [
      ["erase", "quick/lead/nobody", "--yes"],
      1,
      "nobody at quick is known as quick/lead/nobody: nothing personal was ever stored about it, or it was erased"
    ],
    [
      ["erase", "quick", "--contact", "phone:+5500", "--yes"],
      1,
      "nobody at quick is known as phone:…: nothing personal was ever stored about it, or it was erased"
    ],
    [["erase", "nope/lead/1", "--yes"], 1, 'no company is called "nope"; there is quick'],
    [
      ["erase", "quick", "--yes"],
      2,
      '"quick" names nobody: write company/lead/id, the address of any actor about the person, or a company with --contact phone:…'
    ],
    [["erase", "quick/lead/1", "--contact", "phone:1", "--yes"], 2, /^--contact goes with a company alone/],
    [
      ["hold", "set", "quick/lead/nobody", "--reason", "x"],
      1,
      /^nobody at quick is known as quick\/lead\/nobody/
    ],
    [["hold", "release", "quick", "--contact", "email:a@b"], 1, /^nobody at quick is known as email:…/]
  ])("refuse %j", async (args, code, message) => {
    const { err, ...rest } = await run(...args)
    expect(rest).toEqual({ code, out: "" })
    if (typeof message === "string") expect(err).toBe(`${message}\n`)
    else expect(err).toMatch(message)
  })

  it("keep whoever is under legal hold, until it is released", async () => {
    const { subject } = await planOf("bia")
    const set = await run("hold", "set", ...contact("bia"), "--reason", "case 118", "--as", "person:rui")
    expect(set).toEqual({ code: 0, out: `quick/${subject} is under legal hold: case 118\n`, err: "" })
    const listed = await run("hold", "list")
    expect(listed.out.split("\n")[1]).toMatch(
      new RegExp(`^quick/${subject} +\\d{4}-.*Z  person:rui  case 118$`)
    )
    expect(jsonLines((await run("hold", "list", "quick", "--json")).out)).toEqual([
      { company: "quick", subject, by: "person:rui", reason: "case 118", since: expect.any(Number) }
    ])
    const refused = await run("erase", ...contact("bia"), "--yes", "--json")
    expect([refused.code, jsonLines(refused.err)]).toEqual([
      1,
      [
        {
          error: {
            reason: "OnHold",
            message: expect.stringMatching(
              `^quick/${subject} is under legal hold since .* \\(person:rui: case 118\\); \`centurion hold release\` ends it$`
            )
          }
        }
      ]
    ])
    expect((await run("erase", ...contact("bia"), "--dry-run")).out).toContain(
      "It is under legal hold and can't be erased now: case 118"
    )
    const released = await run("hold", "release", ...contact("bia"))
    expect(released).toEqual({ code: 0, out: `quick/${subject} is held no more\n`, err: "" })
    expect(await run("hold", "release", ...contact("bia"))).toEqual({
      code: 1,
      out: "",
      err: `quick/${subject} is under no legal hold\n`
    })
    expect((await run("hold", "list")).out).toBe("no legal holds\n")
  })

  it("erase with an engine of their own where none runs, and tell of it when asked again", async () => {
    const { subject, copies } = await planOf("ana")
    const spelled = `phone:+55 (11) 99999-${phones.ana.slice(-4)}`
    const erased = await run("erase", "quick", "--contact", spelled, "--reason", "case 7", "--yes")
    expect([erased.code, erased.err]).toEqual([
      0,
      "no server runs here, so this command starts an engine of its own\n"
    ])
    expect(erased.out).toContain(`quick/${subject} is erased\n`)
    expect(erased.out).toMatch(/ {2}key +1 gone\n {2}ciphertexts of events +[1-9]\d* gone\n/)
    expect(erased.out).toMatch(/ {2}written in the ledger +0 gone\n/)
    for (const { stream } of copies) expect(erased.out).toContain(`  proof: quick/${stream}@`)
    expect(erased.out.endsWith("  nothing is left\n")).toBe(true)
    const again = await run("erase", `quick/${subject}`, "--yes")
    expect([again.code, again.err, again.out.split("\n")[0]]).toEqual([
      0,
      "",
      expect.stringMatching(/^erased already, at 20.*Z:$/)
    ])
    const asJson = jsonLines((await run("erase", `quick/${subject}`, "--yes", "--json")).out)
    expect(asJson).toMatchObject([{ company: "quick", subject, by: "person:cli", reason: "case 7", left: 0 }])
    expect((await run("erase", ...contact("ana"), "--yes")).code).toBe(1)
    expect((await run("verify")).code).toBe(0)
    expect((await run("hold", "set", `quick/${subject}`, "--reason", "late")).code).toBe(1)
  })

  it("leave it to the server that runs; who writes again from there is somebody new", async () => {
    const server = await serveHere(env)
    const { subject } = await planOf("caio")
    const erased = await run("erase", ...contact("caio"), "--yes", "--json")
    expect([erased.code, erased.err]).toEqual([0, ""])
    expect(jsonLines(erased.out)).toMatchObject([
      { company: "quick", subject, reason: "asked for by the person", left: 0 }
    ])
    await write(server, "caio", "voltei")
    const { subject: anew } = await planOf("caio")
    expect(anew).not.toBe(subject)
    expect((await run("verify", "--json")).code).toBe(0)
    expect(server.logs.join("\n")).not.toContain(phones.caio)
    await server.close()
  })
})
