create function es.rewrap(kind text[], company text[], name text[], old bytea[], wrapped bytea[], master_id text)
returns int language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
declare
  subjects int;
  secrets int;
begin
  update es.subject s set wrapped = n.wrapped, master_id = $6
    from unnest($1, $2, $3, $4, $5) as n(kind, company, name, old, wrapped)
    where n.kind = 'subject' and s.company = n.company and s.subject = n.name and s.wrapped = n.old;
  get diagnostics subjects = row_count;
  update es.secret s set wrapped = n.wrapped, master_id = $6
    from unnest($1, $2, $3, $4, $5) as n(kind, company, name, old, wrapped)
    where n.kind = 'secret' and s.company = n.company and s.name = n.name and s.wrapped = n.old;
  get diagnostics secrets = row_count;
  return subjects + secrets;
end $$;

revoke all on function es.rewrap from public;
grant execute on function es.rewrap to centurion_engine;
