create function core.drop_build(company text, of_table text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  execute format('drop table if exists %I.%I', core.schema_of($1), $2 || '__next');
end $$;

revoke all on function core.drop_build from public;
grant execute on function core.drop_build to centurion_engine;
