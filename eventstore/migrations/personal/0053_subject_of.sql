create function es.subject_of(company text, stream text) returns text
  language sql stable security definer set search_path = es, pg_temp as $$
  select ss.subject from es.subject_stream ss where ss.company = $1 and ss.stream = $2
$$;

revoke all on function es.subject_of from public;
grant execute on function es.subject_of to centurion_engine;
