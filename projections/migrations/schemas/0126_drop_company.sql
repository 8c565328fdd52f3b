create function core.drop_company(company text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  past text;
begin
  perform set_config('centurion.company', $1, true);
  for past in select s.scratch from core.scratch s where s.company = $1 loop
    perform core.drop_scratch($1, past);
  end loop;
  insert into core.dropped (company) values ($1) on conflict do nothing;
  delete from core.projection p where p.company = $1;
  execute format('drop schema if exists %I cascade', core.schema_of($1));
end $$;
comment on function core.drop_company is 'Drops a company''s read models; its events stay.';

revoke all on function core.drop_company from public;
grant execute on function core.drop_company to centurion_engine;
