create function core.drop_scratch(company text, scratch text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('centurion.company', $1, true);
  delete from core.scratch s where s.company = $1 and s.scratch = $2;
  if found then execute format('drop schema if exists %I cascade', $2); end if;
end $$;

revoke all on function core.drop_scratch from public;
grant execute on function core.drop_scratch to centurion_engine;
