-- Of these persons, who has a key, and which; after an erasure, who is there again as in a restored backup.
create function es.keys_of(company text[], subject text[]) returns table (company text, subject text, key_id text)
  language sql stable security definer set search_path = es, pg_temp as $$
  select s.company, s.subject, s.key_id
    from (select distinct c, n from unnest($1, $2) as u(c, n)) asked
    join es.subject s on s.company = asked.c and s.subject = asked.n and s.wrapped is not null
$$;

revoke all on function es.keys_of from public;
grant execute on function es.keys_of to centurion_engine;
