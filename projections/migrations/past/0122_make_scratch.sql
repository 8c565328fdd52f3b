-- A schema for the read models as of a past moment; its line in core.scratch names the moment.
create function core.make_scratch(company text, scratch text, as_of text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  t name;
begin
  perform set_config('centurion.company', $1, true);
  insert into core.scratch (company, scratch, as_of, state) values ($1, $2, $3, 'building');
  execute format('drop schema if exists %I cascade', $2);
  execute format('create schema %I', $2);
  execute format('grant usage on schema %I to centurion_engine', $2);
  for t in select relname from pg_class where relnamespace = 'template'::regnamespace and relkind = 'r' loop
    perform core.clone_table($2, t, t);
  end loop;
  perform core.clone_views($2);
end $$;

revoke all on function core.make_scratch from public;
grant execute on function core.make_scratch to centurion_engine;
