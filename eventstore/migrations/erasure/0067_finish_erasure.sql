create function es.finish_erasure(company text, erasure text, report text) returns void
  language sql security definer set search_path = es, pg_temp as $$
  update es.erasure e set done_at = clock_timestamp(), report = $3::json
    where e.company = $1 and e.erasure = $2 and e.done_at is null
$$;

revoke all on function es.finish_erasure from public;
grant execute on function es.finish_erasure to centurion_engine;
