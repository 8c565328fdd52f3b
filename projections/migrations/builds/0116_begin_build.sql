-- A table to build the newest version of a read model in, empty, beside the one that serves.
create function core.begin_build(company text, of_table text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  own text := core.schema_of($1);
begin
  if to_regclass(format('template.%I', $2)) is null then
    raise exception 'no read model is called %', $2 using errcode = 'CE021';
  end if;
  execute format('drop table if exists %I.%I', own, $2 || '__next');
  perform core.clone_table(own, $2, $2 || '__next');
end $$;

revoke all on function core.begin_build from public;
grant execute on function core.begin_build to centurion_engine;
