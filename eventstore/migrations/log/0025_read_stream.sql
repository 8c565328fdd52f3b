-- Planned once: readers of the newest ask all the time, and planning took longer than their answer.
create function es.read_stream(company text, stream text, after float8, most int) returns setof es.stored
  language plpgsql stable security definer
  set search_path = es, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select e.company, e.partition, e.position::float8, e.stream, e.version::float8, e.kind, e.type,
      e.schema_version, e.data::text, e.sealed, e.sealed_hash, e.key_id, es.ms(e.occurred_at),
      es.ms(e.recorded_at), e.causation, e.correlation, e.principal, e.machine_version, e.payload_hash, e.link
    from es.event e
    where e.company = $1 and e.stream = $2 and e.version > $3::bigint
    order by e.version limit $4;
end $$;

revoke all on function es.read_stream from public;
grant execute on function es.read_stream to centurion_engine;
