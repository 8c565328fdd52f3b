-- The company's schema, cloned from the template; tables that are there stay as they are.
create or replace function core.ensure_company(company text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  own text := core.schema_of($1);
  about text := format('The read models of company %s; template %s', $1, core.template_hash());
  t name;
begin
  if not exists (select from es.company c where c.company = $1) then
    raise exception 'no company is called %', $1 using errcode = 'CE020';
  end if;
  perform core.hold($1, 'schema');
  -- Whoever waits for a table that an analyst reads holds up all who come after.
  perform set_config('lock_timeout', '200ms', true);
  -- What another made while we waited for the lock may not be seen yet by a look; by a statement it is.
  execute format('create schema if not exists %I', own);
  execute format('grant usage on schema %I to centurion_engine', own);
  if obj_description(to_regnamespace(quote_ident(own)), 'pg_namespace') is not distinct from about then return; end if;
  for t in select relname from pg_class where relnamespace = 'template'::regnamespace and relkind = 'r' order by relname loop
    perform core.clone_table(own, t, t);
  end loop;
  perform core.drop_views(own);
  perform core.clone_views(own);
  execute format('comment on schema %I is %L', own, about);
end $$;
