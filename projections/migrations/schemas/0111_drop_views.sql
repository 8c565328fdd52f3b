create function core.drop_views(of_schema text) returns void
  language plpgsql as $$
declare
  v name;
begin
  for v in select relname from pg_class where relnamespace = of_schema::regnamespace and relkind = 'v' order by oid desc loop
    execute format('drop view if exists %I.%I cascade', of_schema, v);
  end loop;
end $$;

revoke all on function core.drop_views from public;
