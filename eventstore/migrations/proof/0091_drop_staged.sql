create function es.drop_staged(company text) returns void
  language sql security definer set search_path = es, pg_temp as $$
  delete from es.staged_event s where s.company = $1
$$;

revoke all on function es.drop_staged from public;
grant execute on function es.drop_staged to centurion_engine;
