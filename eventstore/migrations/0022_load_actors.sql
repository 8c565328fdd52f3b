-- The latest snapshot of each stream, and the events after it: one row a stream without events, else one an event.
create function es.load_actors(company text[], stream text[]) returns table (
  company text, stream text, snapshot_version float8, snapshot_machine text, state text,
  version float8, kind text, type text, schema_version int, data text, sealed bytea, key_id text,
  recorded_at float8, machine_version text
) language sql stable security definer set search_path = es, pg_temp as $$
  select w.company, w.stream, s.version::float8, s.machine_version, s.state,
      e.version::float8, e.kind, e.type, e.schema_version, e.data::text, e.sealed, e.key_id, es.ms(e.recorded_at),
      e.machine_version
    from unnest($1, $2) as w(company, stream)
    left join es.snapshot s on s.company = w.company and s.stream = w.stream
    left join lateral (
      select * from es.event e
        where e.company = w.company and e.stream = w.stream and e.version > coalesce(s.version, 0)
        order by e.version
    ) e on true
$$;
