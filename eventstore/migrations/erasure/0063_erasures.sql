create function es.erasures(company text, only_open boolean, most int) returns table (
  company text, erasure text, subject text, by text, reason text, requested_at float8, done_at float8, report text
) language sql stable security definer set search_path = es, pg_temp as $$
  select e.company, e.erasure, e.subject, e.by, e.reason, es.ms(e.requested_at), es.ms(e.done_at), e.report::text
    from es.erasure e
    where ($1 is null or e.company = $1) and (not $2 or e.done_at is null)
    order by e.requested_at desc limit $3
$$;

revoke all on function es.erasures from public;
grant execute on function es.erasures to centurion_engine;
