-- A table like the template's, with its keys, indexes and comments; nothing happens when it is there.
create function core.clone_table(to_schema text, of_table text, as_table text) returns void
  language plpgsql as $$
begin
  if to_regclass(format('%I.%I', to_schema, as_table)) is not null then return; end if;
  execute format('create table %I.%I (like template.%I including all)', to_schema, as_table, of_table);
  perform core.guard(to_schema, as_table);
end $$;

revoke all on function core.clone_table from public;
