create function es.subject_keys(company text[], key_id text[])
returns table (company text, subject text, key_id text, wrapped bytea, master_id text)
  language sql stable security definer set search_path = es, pg_temp as $$
  select s.company, s.subject, s.key_id, s.wrapped, s.master_id
    from unnest($1, $2) as w(company, key_id)
    join es.subject s on s.company = w.company and s.key_id = w.key_id
$$;

revoke all on function es.subject_keys from public;
grant execute on function es.subject_keys to centurion_engine;
