-- From here on the new one serves.
create function core.swap(company text, of_table text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  own text := core.schema_of($1);
begin
  perform core.drop_views(own);
  execute format('drop table if exists %I.%I', own, $2);
  execute format('alter table %I.%I rename to %I', own, $2 || '__next', $2);
  perform core.clone_views(own);
end $$;

revoke all on function core.swap from public;
grant execute on function core.swap to centurion_engine;
