do $$
declare
  t text;
begin
  foreach t in array array['company', 'partition', 'event', 'key', 'job', 'timer', 'message', 'snapshot'] loop
    execute format('alter table es.%I enable row level security', t);
    execute format(
      'create policy own_company on es.%I for select to centurion_engine using (company = current_setting(''centurion.company'', true))',
      t);
    execute format('grant select on es.%I to centurion_engine', t);
  end loop;
end $$;

revoke all on all functions in schema es from public;
grant execute on function
  es.at, es.ms, es.append, es.create_company, es.claim, es.renew, es.release, es.read_stream, es.read_partition,
  es.partitions, es.load_actors, es.jobs, es.timers, es.messages, es.list_jobs, es.retry_job, es.drop_job,
  es.forget_sealed
  to centurion_engine;
