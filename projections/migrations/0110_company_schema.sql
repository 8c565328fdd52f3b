-- The company's schema, cloned from the template; what is there already stays as it is. Gives the tables that are new.
create function core.ensure_company(company text) returns setof text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  own text := core.schema_of($1);
  t name;
begin
  if not exists (select from es.company c where c.company = $1) then
    raise exception 'no company is called %', $1 using errcode = 'CE020';
  end if;
  perform pg_advisory_xact_lock(hashtext('centurion ' || own));
  if to_regnamespace(quote_ident(own)) is null then
    execute format('create schema %I', own);
    execute format('grant usage on schema %I to centurion_engine', own);
    execute format('comment on schema %I is %L', own, 'The read models of company ' || $1);
  end if;
  for t in select relname from pg_class where relnamespace = 'template'::regnamespace and relkind = 'r' order by relname loop
    continue when to_regclass(format('%I.%I', own, t)) is not null;
    perform core.clone_table(own, t, t);
    return next t;
  end loop;
  perform core.drop_views(own);
  perform core.clone_views(own);
end $$;

create function core.drop_company(company text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  execute format('drop schema if exists %I cascade', core.schema_of($1));
  perform set_config('centurion.company', $1, true);
  delete from core.projection p where p.company = $1;
end $$;
comment on function core.drop_company is 'Drops a company''s read models; its events stay.';
