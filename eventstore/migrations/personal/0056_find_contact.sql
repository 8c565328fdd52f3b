create function es.find_contact(company text, blind bytea) returns text
  language sql stable security definer set search_path = es, pg_temp as $$
  select c.subject from es.contact c where c.company = $1 and c.blind = $2
$$;

revoke all on function es.find_contact from public;
grant execute on function es.find_contact to centurion_engine;
