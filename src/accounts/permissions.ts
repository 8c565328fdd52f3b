/** What a right is about, in the order of the matrix: the source's fifteen modules, then those that the product needs beside them. */
export const modules = [
  "hunter",
  "sdr",
  "crm",
  "contracts",
  "projects",
  "finance",
  "inventory",
  "suppliers",
  "quotes",
  "contentStudio",
  "socialScheduler",
  "hrAndAgents",
  "intelligenceFeed",
  "analytics",
  "mobileApp",
  /** Reading and answering the conversations with leads. */
  "conversations",
  /** The company's own settings: criteria, hours, channels, budgets, retention. */
  "settings",
  /** Users, invitations, roles and sessions of the company. */
  "users",
  "apiKeys",
  "audit",
  /** Erasing persons, and legal holds. */
  "erasure",
  /** Events, replay, why, verify, jobs and dead letters. */
  "engine",
  /** The companies of the whole installation: the one module that reaches beyond the own company. */
  "companies"
] as const
export type Module = (typeof modules)[number]

export const verbs = ["read", "write"] as const
export type Verb = (typeof verbs)[number]

/** `own` is what is assigned to the principal, or about them. */
export type Scope = "all" | "own" | "none"

/** Five of one source design, five of the other; one model. */
export const roles = [
  "Admin",
  "Diretor",
  "Comercial",
  "Agente_IA",
  "Cliente",
  "super_admin",
  "backoffice_admin",
  "ai_supervisor",
  "marketing_admin",
  "crm_user"
] as const
export type Role = (typeof roles)[number]

/** Read and write, as the matrix writes them; `own` narrows both. */
export type Cell = "RW" | "R" | "RW own" | "R own" | "-"

type Cells<Row extends ReadonlyArray<unknown>> = { readonly [N in keyof Row]: Cell }

/** One line a module, one cell a role, in the order of `roles`. */
const matrix: Record<Module, Cells<typeof roles>> = {
  hunter: ["RW", "RW", "R", "RW", "-", "RW", "RW", "RW", "R", "R"],
  sdr: ["RW", "RW", "R", "RW", "-", "RW", "RW", "RW", "R", "R"],
  crm: ["RW", "RW", "RW own", "R", "-", "RW", "RW", "R", "R", "RW own"],
  contracts: ["RW", "RW", "R", "-", "R", "RW", "RW", "R", "-", "R"],
  projects: ["RW", "RW", "R", "-", "R", "RW", "RW", "-", "-", "R"],
  finance: ["RW", "R", "-", "-", "R own", "RW", "RW", "-", "-", "-"],
  inventory: ["RW", "RW", "R", "-", "-", "RW", "RW", "-", "-", "R"],
  suppliers: ["RW", "RW", "R", "-", "-", "RW", "RW", "-", "-", "R"],
  quotes: ["RW", "RW", "RW", "RW", "R", "RW", "RW", "R", "-", "RW"],
  contentStudio: ["RW", "RW", "R", "RW", "R own", "RW", "RW", "R", "RW", "R"],
  socialScheduler: ["RW", "RW", "R", "RW", "-", "RW", "RW", "R", "RW", "-"],
  hrAndAgents: ["RW", "R", "-", "-", "-", "RW", "RW", "RW", "-", "-"],
  intelligenceFeed: ["RW", "RW", "R", "RW", "-", "RW", "RW", "RW", "RW", "R"],
  analytics: ["RW", "RW", "R", "R", "R own", "RW", "RW", "RW", "RW", "R"],
  mobileApp: ["RW", "RW", "RW", "-", "RW", "RW", "RW", "-", "-", "RW"],
  conversations: ["RW", "RW", "RW own", "RW", "-", "RW", "RW", "RW", "R", "RW own"],
  settings: ["RW", "R", "R", "R", "-", "RW", "RW", "R", "R", "R"],
  users: ["RW", "R", "-", "-", "-", "RW", "RW", "-", "-", "-"],
  apiKeys: ["RW", "-", "-", "-", "-", "RW", "RW", "-", "-", "-"],
  audit: ["R", "R", "-", "-", "-", "R", "R", "R", "-", "-"],
  erasure: ["RW", "R", "-", "-", "-", "RW", "RW", "-", "-", "-"],
  engine: ["RW", "R", "-", "-", "-", "RW", "RW", "RW", "-", "-"],
  companies: ["-", "-", "-", "-", "-", "RW", "R", "-", "-", "-"]
}

/** People of other companies: where the matrix gives them anything, it is what is theirs. */
const outsiders: ReadonlyArray<Role> = ["Cliente"]

/** What the matrix says of a module and a role, as written there. */
export const cellOf = (module: Module, role: Role): Cell => matrix[module][roles.indexOf(role)]!

/** Which of two scopes reaches further; undefined stands for none. */
export const isWithinScope = (inner: Scope, outer: Scope): boolean =>
  inner === "none" || outer === "all" || inner === outer

/** How far a role reaches in a module. */
export const scopeOf = (role: Role, module: Module, verb: Verb): Scope => {
  const cell = cellOf(module, role)
  if (cell === "-" || (verb === "write" && !cell.startsWith("RW"))) return "none"
  return cell.endsWith("own") || outsiders.includes(role) ? "own" : "all"
}

/** Module and verb, as API keys are narrowed to. */
export type Right = `${Module}:${Verb}`

/** All of them. */
export const rights: ReadonlyArray<Right> = modules.flatMap((module) =>
  verbs.map((verb): Right => `${module}:${verb}`)
)

/** How far somebody reaches in each module. */
export type May = (module: Module, verb: Verb) => Scope

/** All that these roles allow together; with `only`, of that no more than these rights. Unknown names allow nothing. */
export const rightsOf = (named: ReadonlyArray<string>, only: ReadonlyArray<string> | null = null): May => {
  const held = roles.filter((role) => named.includes(role))
  const reach = new Map<Right, Scope>()
  for (const module of modules)
    for (const verb of verbs) {
      const right: Right = `${module}:${verb}`
      const scopes = only !== null && !only.includes(right) ? [] : held.map((r) => scopeOf(r, module, verb))
      reach.set(right, scopes.includes("all") ? "all" : scopes.includes("own") ? "own" : "none")
    }
  return (module, verb) => reach.get(`${module}:${verb}`) ?? "none"
}

/** Whether whoever may `outer` may all that `inner` may: nobody gives more than they have. */
export const isWithin = (inner: May, outer: May): boolean =>
  modules.every((module) => verbs.every((verb) => isWithinScope(inner(module, verb), outer(module, verb))))

/** Roles without one of which nobody could mend a company's users. */
export const adminRoles: ReadonlyArray<Role> = ["super_admin", "Admin"]

/** Whether the text names a role. */
export const isRole = (text: string): text is Role => (roles as ReadonlyArray<string>).includes(text)
