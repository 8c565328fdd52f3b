-- Since when it stands is kept while it stands for the same; what was asked for is done, or could not be.
create function es.note_stopped(
  company text, partition int, stream text, status text, reason text, message text, version float8,
  machine_version text
) returns void language sql security definer set search_path = es, pg_temp as $$
  insert into es.stopped as s (company, partition, stream, status, reason, message, version, machine_version)
    values ($1, $2, $3, $4, $5, $6, $7::bigint, $8)
    on conflict (company, stream) do update
      set status = excluded.status, reason = excluded.reason, message = excluded.message,
        version = excluded.version, machine_version = excluded.machine_version,
        since = case when s.status = excluded.status then s.since else excluded.since end,
        asked = null, asked_by = null, asked_why = null
$$;

revoke all on function es.note_stopped from public;
grant execute on function es.note_stopped to centurion_engine;
