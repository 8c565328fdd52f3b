do $$
declare
  t text;
begin
  foreach t in array array['seal', 'sealed_partition', 'anchored', 'staged_event'] loop
    execute format('alter table es.%I enable row level security', t);
  end loop;
end $$;
create policy own_company on es.sealed_partition for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.sealed_partition to centurion_engine;

revoke all on function
  es.refuse_change_of_seal, es.leaf, es.write_seal, es.note_anchored, es.last_seal, es.seals, es.sealed_partitions,
  es.sealed_by, es.anchors, es.read_chain, es.read_links, es.stage_events, es.drop_staged, es.finish_import
  from public;
grant execute on function
  es.write_seal, es.note_anchored, es.last_seal, es.seals, es.sealed_partitions, es.sealed_by, es.anchors,
  es.read_chain, es.read_links, es.stage_events, es.drop_staged, es.finish_import
  to centurion_engine;
