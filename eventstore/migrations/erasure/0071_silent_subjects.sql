-- Persons of whom nothing was heard since then, the longest silent first; none that is held or being erased.
create function es.silent_subjects(company text, since float8, most int) returns table (
  subject text, last_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select s.subject, es.ms(coalesce(l.last_at, s.created_at)) as last_at
    from es.subject s
    left join lateral (
      select max(e.recorded_at) as last_at
        from es.subject_stream ss
        join lateral (
          select recorded_at from es.event e
            where e.company = ss.company and e.stream = ss.stream
            order by e.version desc limit 1) e on true
        where ss.company = s.company and ss.subject = s.subject) l on true
    where s.company = $1 and s.erased_at is null and coalesce(l.last_at, s.created_at) < es.at($2)
      and not exists (select from es.hold h where h.company = s.company and h.subject = s.subject)
      and not exists (
        select from es.erasure e where e.company = s.company and e.subject = s.subject and e.done_at is null)
    order by 2 limit $3
$$;

revoke all on function es.silent_subjects from public;
grant execute on function es.silent_subjects to centurion_engine;
