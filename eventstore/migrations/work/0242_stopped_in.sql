-- Those that somebody asked something for come first.
create function es.stopped_in(company text[], partition int[], most int) returns table (
  company text, partition int, stream text, status text, reason text, message text, version float8,
  machine_version text, since float8, asked text, asked_by text, asked_why text
) language sql stable security definer set search_path = es, pg_temp as $$
  select s.company, s.partition, s.stream, s.status, s.reason, s.message, s.version::float8, s.machine_version,
      es.ms(s.since), s.asked, s.asked_by, s.asked_why
    from unnest($1, $2) as w(company, partition)
    join es.stopped s on s.company = w.company and s.partition = w.partition
    order by s.asked is null, s.since limit $3
$$;

revoke all on function es.stopped_in from public;
grant execute on function es.stopped_in to centurion_engine;
