create function core.guard(of_schema text, of_table text) returns void language plpgsql as $$
begin
  execute format('alter table %I.%I enable row level security', of_schema, of_table);
  execute format('alter table %I.%I force row level security', of_schema, of_table);
  execute format(
    'create policy own_company on %I.%I using (company = core.company()) with check (company = core.company())',
    of_schema, of_table);
  execute format('grant select, insert, update, delete on %I.%I to centurion_engine', of_schema, of_table);
end $$;
comment on function core.guard is 'Only rows of the company that was entered are seen or written, whoever asks, the owner too.';

revoke all on function core.guard from public;
