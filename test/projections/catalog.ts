import type { TestDatabase } from "../databases.ts"
import { reviewedFunctions } from "./reviewed-functions.ts"

type Ask = TestDatabase["admin"]

/** Tables of the whole installation, and what the engine may do with them; a new one has to be looked at. */
const installationTables: Readonly<Record<string, ReadonlyArray<string>>> = {
  "core.app_user": [],
  "core.token_key": [],
  "core.template": ["SELECT"],
  "public.centurion_migration": ["SELECT"]
}

const ofCompany = "(company = core.company())"
const ofCompanyInStore = "(company = current_setting('centurion.company'::text, true))"
const ofPerson = "(user_id = core.person())"
const presented = "(hash = core.presented())"

/** What opens rows beside the company: being the person, and presenting what hashes so. */
const furtherPolicies: Readonly<Record<string, ReadonlyArray<string>>> = {
  "core.membership": [`r ${ofPerson}`],
  "core.session": [`r ${ofPerson}`, `w ${ofPerson} ${ofPerson}`],
  "core.refresh_token": [`r ${presented}`],
  "core.invitation": [`r ${presented}`],
  "core.api_key": [`r ${presented}`]
}

/** Unique over companies: hashes of 32 random bytes, of which nobody learns anything by trying. */
const uniqueOverCompanies = ["core.refresh_token_hash", "core.invitation_hash", "core.api_key_hash"]

const mayOnCompanyTable = ["SELECT", "INSERT", "UPDATE", "DELETE"]

/** Schemas that are Postgres' own. */
const ours = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
/** Read models of a company, now or as of a past moment. */
const isCompanySchema = (schema: string) => /^(c|s)_/.test(schema)

/** What is wrong in the catalog, in sentences that name the object; empty when companies are kept apart. */
export const gapsOf = async (ask: Ask): Promise<ReadonlyArray<string>> => {
  const gaps: Array<string> = []
  // One after the other: it may all be one connection.
  for (const look of [schemaGaps, tableGaps, keyGaps, viewGaps, functionGaps, roleGaps])
    gaps.push(...(await look(ask)))
  return gaps
}

const schemaGaps = async (ask: Ask) => {
  const schemas = await ask(
    `select n.nspname::text, case when a.grantee = 0 then 'everybody' else a.grantee::regrole::text end, a.privilege_type
      from pg_namespace n left join lateral aclexplode(n.nspacl) a on a.grantee <> n.nspowner where ${ours} order by 1, 2`
  )
  return schemas.flatMap(([schema, grantee, privilege]) => {
    const name = String(schema)
    if (!["es", "core", "template", "public"].includes(name) && !isCompanySchema(name))
      return [`schema ${name}: nobody knows it`]
    const isFine =
      privilege === null || name === "public" || (grantee === "centurion_engine" && privilege === "USAGE")
    return isFine ? [] : [`schema ${name}: ${grantee} may ${privilege}`]
  })
}

interface Table {
  readonly name: string
  readonly schema: string
  readonly hasCompany: boolean
  readonly rowSecurity: boolean
  readonly forced: boolean
  readonly policies: ReadonlyArray<string>
  /** By the engine; with `PUBLIC` or another's name before it, by others. */
  readonly rights: ReadonlyArray<string>
}

const tablesOf = async (ask: Ask): Promise<ReadonlyArray<Table>> => {
  const rows = await ask(
    `select n.nspname::text, c.relname::text, c.relrowsecurity, c.relforcerowsecurity,
      exists (select from pg_attribute where attrelid = c.oid and attname = 'company' and attnotnull and not attisdropped),
      array(select polcmd::text || concat(' ' || pg_get_expr(polqual, polrelid), ' ' || pg_get_expr(polwithcheck, polrelid))
        from pg_policy where polrelid = c.oid and polpermissive order by 1),
      array(select case when a.grantee = 'centurion_engine'::regrole then '' when a.grantee = 0 then 'PUBLIC '
          else a.grantee::regrole || ' ' end || a.privilege_type || case when a.is_grantable then ' and may grant it' else '' end
        from aclexplode(c.relacl) a where a.grantee <> c.relowner
        union all select 'column ' || attname || ' ' || attacl::text from pg_attribute where attrelid = c.oid and attacl is not null)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'f') and ${ours} order by 1, 2`
  )
  return rows.map(([schema, name, rowSecurity, forced, hasCompany, policies, rights]) => ({
    name: `${schema}.${name}`,
    schema: String(schema),
    hasCompany: hasCompany === true,
    rowSecurity: rowSecurity === true,
    forced: forced === true,
    policies: policies as ReadonlyArray<string>,
    rights: rights as ReadonlyArray<string>
  }))
}

const tableGaps = async (ask: Ask) =>
  (await tablesOf(ask)).flatMap((table) => {
    const listed = installationTables[table.name]
    const wrong =
      listed !== undefined
        ? rightsBeyond(table, listed)
        : table.schema === "es"
          ? storeTableGaps(table)
          : companyTableGaps(table)
    return wrong.map((sentence) => `${table.name}: ${sentence}`)
  })

const rightsBeyond = ({ rights }: Table, allowed: ReadonlyArray<string>) =>
  rights.filter((right) => !allowed.includes(right)).map((right) => `there is a right too much: ${right}`)

const companyTableGaps = (table: Table) => [
  ...(table.hasCompany ? [] : ["it has no company, and is not listed as of the whole installation"]),
  ...(table.rowSecurity ? [] : ["row-level security is off"]),
  ...(table.forced ? [] : ["row-level security is not forced, so its owner passes it"]),
  ...policyGaps(table, `* ${ofCompany} ${ofCompany}`),
  ...rightsBeyond(table, mayOnCompanyTable)
]

/** The functions of the store belong to the owner of its tables and pass by; the engine only reads, or not even that. */
const storeTableGaps = (table: Table) => {
  if (table.rights.length === 0) return []
  return [
    ...(table.rowSecurity ? [] : ["row-level security is off"]),
    ...policyGaps(table, `r ${ofCompanyInStore}`),
    ...rightsBeyond(table, ["SELECT"])
  ]
}

const policyGaps = ({ name, policies }: Table, own: string) => {
  const allowed = [own, ...(furtherPolicies[name] ?? [])]
  return [
    ...(policies.includes(own) ? [] : ["no policy ties its rows to the company that was entered"]),
    ...policies
      .filter((policy) => !allowed.includes(policy))
      .map((policy) => `a policy opens more: ${policy}`)
  ]
}

/** Keys, unique indexes and foreign keys; one to a table of the whole installation need not begin with the company. */
const keyGaps = async (ask: Ask) => {
  const indexes = await ask(
    `select n.nspname || '.' || i.relname::text, n.nspname || '.' || t.relname::text
      from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
      join pg_namespace n on n.oid = t.relnamespace
      join pg_attribute a on a.attrelid = t.oid and a.attname = 'company' and not a.attisdropped
      where x.indisunique and x.indkey[0] <> a.attnum and ${ours} order by 1`
  )
  const foreign = await ask(
    `select n.nspname || '.' || t.relname::text, k.conname::text, of_a.attnum is not null
      from pg_constraint k join pg_class t on t.oid = k.conrelid join pg_namespace n on n.oid = t.relnamespace
      join pg_attribute a on a.attrelid = t.oid and a.attname = 'company' and not a.attisdropped
      left join pg_attribute of_a on of_a.attrelid = k.confrelid and of_a.attname = 'company' and not of_a.attisdropped
      where k.contype = 'f' and ${ours} and not coalesce(k.conkey[1] = a.attnum and k.confkey[1] = of_a.attnum, false)
      order by 1, 2`
  )
  return [
    ...indexes
      .filter(([index]) => !uniqueOverCompanies.includes(String(index)))
      .map(([index, table]) => `${table}: the key ${index} does not begin with the company`),
    ...foreign
      .filter(([, , refersToCompany]) => refersToCompany === true)
      .map(([table, key]) => `${table}: the foreign key ${key} does not begin with the company`)
  ]
}

const viewGaps = async (ask: Ask) => {
  const views = await ask(
    `select n.nspname || '.' || c.relname::text, c.relkind = 'm', coalesce(c.reloptions::text[] && array['security_invoker=true', 'security_invoker=on'], false)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('v', 'm') and ${ours} order by 1`
  )
  return views.flatMap(([view, isMaterialized, asInvoker]) => {
    if (isMaterialized === true) return [`${view}: a materialised view holds the rows of all companies`]
    return asInvoker === true ? [] : [`${view}: a view without security_invoker reads as its owner`]
  })
}

const functionGaps = async (ask: Ask) => {
  const functions = await ask(
    `select n.nspname || '.' || p.proname || '/' || p.pronargs, p.prosecdef,
      coalesce((select substr(c, 13) from unnest(p.proconfig) c where c like 'search\\_path=%'), ''),
      has_function_privilege('public', p.oid, 'execute'), has_function_privilege('centurion_engine', p.oid, 'execute'),
      p.prosrc, p.proleakproof
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where ${ours} and p.prokind in ('f', 'p') and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
      order by 1`
  )
  return functions.flatMap(([name, isDefiner, searchPath, byPublic, byEngine, body, isLeakproof]) => [
    ...(isLeakproof === true ? [`${name}: a leakproof function sees rows before the policy does`] : []),
    ...(setsForSession(String(body)) ? [`${name}: it sets something for longer than the transaction`] : []),
    ...(isDefiner === true
      ? definerGaps(String(name), String(searchPath), byPublic === true, byEngine === true)
      : [])
  ])
}

const definerGaps = (name: string, searchPath: string, byPublic: boolean, byEngine: boolean) => [
  ...(/^(es|core|pg_catalog), pg_temp$/.test(searchPath)
    ? []
    : [`${name}: a security definer function with search_path "${searchPath}", which others can write to`]),
  ...(byPublic ? [`${name}: a security definer function that everybody may call`] : []),
  ...(byEngine && !reviewedFunctions.includes(name)
    ? [`${name}: a security definer function of the engine that nobody has reviewed`]
    : [])
]

/** Every setting must end with its transaction: connections go from company to company. */
const setsForSession = (body: string) =>
  [...body.matchAll(/set_config\((?:[^()]|\([^()]*\))*?,\s*(\w+)\s*\)/g)].some(
    ([, local]) => local !== "true"
  ) ||
  /(?:^|[;\s])set\s+(?:session\s+)?(?:centurion\.|role|search_path|row_security)/i.test(
    body.replace(/set_config/g, "")
  )

const roleGaps = async (ask: Ask) => {
  const [role = []] = await ask(
    `select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolcanlogin,
      exists (select from pg_auth_members where member = r.oid),
      exists (select from pg_class where relowner = r.oid) or exists (select from pg_proc where proowner = r.oid)
        or exists (select from pg_namespace where nspowner = r.oid),
      has_schema_privilege('centurion_engine', 'public', 'create') or has_database_privilege('centurion_engine', current_database(), 'create')
      from pg_roles r where rolname = 'centurion_engine'`
  )
  const sentences = [
    "the engine's role has an attribute that it needs not",
    "the engine's role is a member of another",
    "the engine's role owns something",
    "the engine's role may create in schema public or in the database"
  ]
  return sentences.filter((_, n) => role[n] !== false)
}
