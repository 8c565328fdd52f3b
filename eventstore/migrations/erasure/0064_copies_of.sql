-- What is there of a person: its streams, and in each the events, snapshots, jobs, messages and timers.
create function es.copies_of(company text, subject text) returns table (
  stream text, erased boolean, events float8, sealed float8, snapshots float8, jobs float8, messages float8,
  timers float8, last_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select ss.stream, ss.erased_at is not null, e.events, e.sealed,
      (select count(*) from es.snapshot s where s.company = ss.company and s.stream = ss.stream)::float8,
      (select count(*) from es.job j where j.company = ss.company and j.stream = ss.stream)::float8,
      (select count(*) from es.message m where m.company = ss.company and m.stream = ss.stream)::float8,
      (select count(*) from es.timer t where t.company = ss.company and t.stream = ss.stream)::float8,
      e.last_at
    from es.subject_stream ss
    cross join lateral (
      select count(*)::float8 as events, count(e.sealed)::float8 as sealed, es.ms(max(e.recorded_at)) as last_at
        from es.event e where e.company = ss.company and e.stream = ss.stream) e
    where ss.company = $1 and ss.subject = $2
    order by ss.stream
$$;

revoke all on function es.copies_of from public;
grant execute on function es.copies_of to centurion_engine;
