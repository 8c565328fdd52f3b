create function es.list_stopped(company text, status text, most int) returns table (
  company text, partition int, stream text, status text, reason text, message text, version float8,
  machine_version text, since float8, asked text, asked_by text, asked_why text
) language sql stable security definer set search_path = es, pg_temp as $$
  select s.company, s.partition, s.stream, s.status, s.reason, s.message, s.version::float8, s.machine_version,
      es.ms(s.since), s.asked, s.asked_by, s.asked_why
    from es.stopped s
    where ($1 is null or s.company = $1) and ($2 is null or s.status = $2)
    order by s.since desc, s.company, s.stream limit $3
$$;

revoke all on function es.list_stopped from public;
grant execute on function es.list_stopped to centurion_engine;
