create function es.installation_id() returns text
  language sql stable security definer set search_path = es, pg_temp as $$ select i.id::text from es.installation i $$;

revoke all on function es.installation_id from public;
grant execute on function es.installation_id to centurion_engine;
