import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import {
  adminRoles,
  cellOf,
  isWithin,
  type Module,
  modules,
  type Role,
  rightsOf,
  roles,
  scopeOf,
  type Verb
} from "../../../src/accounts/permissions.ts"

/** As the source design has it, word for word. */
const source = `
| module | Admin | Diretor | Comercial | Agente_IA | Cliente |
|---|---|---|---|---|---|
| Hunter | RW | RW | R | RW | - |
| SDR | RW | RW | R | RW | - |
| CRM | RW | RW | RW own | R | - |
| Contracts | RW | RW | R | - | R |
| Projects | RW | RW | R | - | R |
| Finance | RW | R | - | - | R own invoices |
| Inventory | RW | RW | R | - | - |
| Suppliers | RW | RW | R | - | - |
| Quotes | RW | RW | RW | RW | R |
| Content studio | RW | RW | R | RW | R own |
| Social scheduler | RW | RW | R | RW | - |
| HR and agents | RW | R | - | - | - |
| Intelligence feed | RW | RW | R | RW | - |
| Analytics | RW | RW | R | R | R own |
| Mobile app | RW | RW | RW | - | RW |
`

const cellsOf = (line: string) =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim())
const [head, , ...lines] = source.trim().split("\n").map(cellsOf)
const named = Object.fromEntries(lines.map(([title], n) => [title!, modules[n]!] as const))

const expected = lines.flatMap(([title, ...cells]) =>
  cells.map((cell, n) => ({ module: named[title!]!, title: title!, role: head![n + 1] as Role, cell }))
)

describe("the matrix of rights", () => {
  it("names the source's modules in the source's order", () => {
    const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, "")
    expect(lines.map(([title]) => plain(title!))).toEqual(modules.slice(0, lines.length).map(plain))
  })

  it.each(expected)("says of $title and $role: $cell", ({ module, role, cell }) => {
    expect(cellOf(module, role)).toBe(cell.replace(" invoices", ""))
    // People of another company see what is theirs, also where the source writes a bare R.
    const reach = cell.includes("own") || role === "Cliente" ? "own" : "all"
    expect(scopeOf(role, module, "read")).toBe(cell === "-" ? "none" : reach)
    expect(scopeOf(role, module, "write")).toBe(cell.startsWith("RW") ? reach : "none")
  })

  it("lets nobody write the audit, and only the owner the companies of the installation", () => {
    expect(roles.filter((role) => scopeOf(role, "audit", "write") !== "none")).toEqual([])
    expect(roles.filter((role) => scopeOf(role, "companies", "write") !== "none")).toEqual(["super_admin"])
  })

  it("gives an outsider nothing that is not theirs", () => {
    const all = modules.filter((module) =>
      (["read", "write"] as const).some((verb) => scopeOf("Cliente", module, verb) === "all")
    )
    expect(all).toEqual([])
  })
})

describe("roles together", () => {
  it("reach as far as the one that reaches furthest", () => {
    const may = rightsOf(["Comercial", "Agente_IA"])
    expect([may("crm", "read"), may("crm", "write"), may("hunter", "write")]).toEqual(["all", "own", "all"])
  })

  it("reach no further than the rights that a key is narrowed to", () => {
    const may = rightsOf(["Agente_IA"], ["crm:read", "users:write"])
    const reached = modules.flatMap((module) =>
      (["read", "write"] as ReadonlyArray<Verb>).flatMap((verb) =>
        may(module, verb) === "none" ? [] : [`${module}:${verb}`]
      )
    )
    expect(reached).toEqual(["crm:read"])
  })

  it.each([[[]], [["constructor"]], [["admin"]], [["Admin "]], [["__proto__"]]])(
    "that nobody knows allow nothing: %j",
    (names) => {
      const may = rightsOf(names)
      expect(modules.filter((module) => may(module, "read") !== "none")).toEqual([])
      expect(may("toString" as Module, "read")).toBe("none")
    }
  )

  it("stand in an order: who may give which", () => {
    const giveable = (giver: Role) => roles.filter((role) => isWithin(rightsOf([role]), rightsOf([giver])))
    expect(giveable("super_admin")).toEqual(roles)
    expect(giveable("backoffice_admin")).toEqual(roles.filter((role) => role !== "super_admin"))
    expect(giveable("Admin")).toEqual(
      roles.filter((role) => role !== "super_admin" && role !== "backoffice_admin")
    )
    const mayGive = roles.filter((role) => scopeOf(role, "users", "write") !== "none")
    expect(mayGive).toEqual(["Admin", "super_admin", "backoffice_admin"])
    expect(adminRoles.every((role) => mayGive.includes(role))).toBe(true)
  })
})

describe("the page about rights", () => {
  it("shows the matrix as it is", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/how-to/users-and-rights.md"), "utf8")
    const table = (of: ReadonlyArray<Role>) =>
      [
        `| module | ${of.map((role) => `\`${role}\``).join(" | ")} |`,
        `|---|${of.map(() => "---|").join("")}`,
        ...modules.map(
          (module) => `| \`${module}\` | ${of.map((role) => cellOf(module, role)).join(" | ")} |`
        )
      ].join("\n")
    expect(page).toContain(table(roles.slice(0, 5)))
    expect(page).toContain(table(roles.slice(5)))
  })
})
