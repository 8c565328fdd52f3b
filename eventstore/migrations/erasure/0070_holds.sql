create function es.holds(company text) returns table (company text, subject text, by text, reason text, since float8)
  language sql stable security definer set search_path = es, pg_temp as $$
  select h.company, h.subject, h.by, h.reason, es.ms(h.since)
    from es.hold h where $1 is null or h.company = $1 order by h.company, h.subject
$$;

revoke all on function es.holds from public;
grant execute on function es.holds to centurion_engine;
