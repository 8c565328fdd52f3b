create function es.clear_stopped(company text, stream text) returns void
  language sql security definer set search_path = es, pg_temp as $$
  delete from es.stopped s where s.company = $1 and s.stream = $2
$$;

revoke all on function es.clear_stopped from public;
grant execute on function es.clear_stopped to centurion_engine;
