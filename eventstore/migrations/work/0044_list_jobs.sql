create function es.list_jobs(company text, state text, most int) returns table (
  company text, partition int, stream text, job text, name text, child text, input bytea,
  key_id text, state text, attempts int,
  first_attempt_at float8, due_at float8, reason text, message bytea, asked_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select j.company, j.partition, j.stream, j.job, j.name, j.child, j.input, j.key_id, j.state, j.attempts,
      es.ms(j.first_attempt_at), es.ms(j.due_at), j.reason, j.message, es.ms(j.asked_at)
    from es.job j
    where ($1 is null or j.company = $1) and ($2 is null or j.state = $2)
    order by j.asked_at desc limit $3
$$;

revoke all on function es.list_jobs from public;
grant execute on function es.list_jobs to centurion_engine;
