create function es.drop_job(company text, stream text, job text) returns boolean
  language sql security definer set search_path = es, pg_temp as $$
  with dropped as (
    delete from es.job j
      where j.company = $1 and j.stream = $2 and j.job = $3 and j.state = 'failed' returning 1)
  select exists (select from dropped)
$$;

revoke all on function es.drop_job from public;
grant execute on function es.drop_job to centurion_engine;
