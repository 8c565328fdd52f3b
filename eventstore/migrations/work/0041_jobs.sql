create function es.jobs(company text[], partition int[], due_before float8, most int) returns table (
  company text, partition int, stream text, job text, name text, child text, input bytea,
  key_id text, state text, attempts int,
  first_attempt_at float8, due_at float8, reason text, message bytea, asked_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select j.company, j.partition, j.stream, j.job, j.name, j.child, j.input, j.key_id, j.state, j.attempts,
      es.ms(j.first_attempt_at), es.ms(j.due_at), j.reason, j.message, es.ms(j.asked_at)
    from unnest($1, $2) as w(company, partition)
    join es.job j on j.company = w.company and j.partition = w.partition
    where j.state <> 'failed' and j.due_at <= es.at($3)
    order by j.due_at limit $4
$$;

revoke all on function es.jobs from public;
grant execute on function es.jobs to centurion_engine;
