/**
 * The tables that grew by a fifth since they were last looked at, as names for a statement. Nobody vacuums and analyzes
 * an embedded Postgres by itself, and a planner that takes a table of thousands for empty loops over it.
 */
export const grownTables = `select format('%I.%I', n.nspname, c.relname) as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and c.relpersistence = 'p' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and pg_relation_size(c.oid) / current_setting('block_size')::int > 1.2 * c.relpages
  order by 1`
