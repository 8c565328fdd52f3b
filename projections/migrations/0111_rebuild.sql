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

create function core.drop_build(company text, of_table text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  execute format('drop table if exists %I.%I', core.schema_of($1), $2 || '__next');
end $$;
