-- The template's views, in the order in which they were made, over the tables of this schema.
create function core.clone_views(to_schema text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v record;
  definition text;
begin
  for v in
    select c.oid, c.relname, obj_description(c.oid) as about from pg_class c
      where c.relnamespace = 'template'::regnamespace and c.relkind = 'v' order by c.oid
  loop
    perform set_config('search_path', 'template, pg_catalog', true);
    definition := pg_get_viewdef(v.oid);
    perform set_config('search_path', quote_ident(to_schema) || ', pg_catalog', true);
    begin
      execute format('create view %I.%I with (security_invoker = true) as %s', to_schema, v.relname, definition);
      if v.about is not null then execute format('comment on view %I.%I is %L', to_schema, v.relname, v.about); end if;
      execute format('grant select on %I.%I to centurion_engine', to_schema, v.relname);
    exception when undefined_column or undefined_table or undefined_function or datatype_mismatch then
      -- A table that it reads is still of an older shape: the view comes when that one is swapped.
      null;
    end;
  end loop;
end $$;

revoke all on function core.clone_views from public;
