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

-- Puts a dead letter back to work; its owner finds it at its next look.
create function es.retry_job(company text, stream text, job text) returns boolean
  language sql security definer set search_path = es, pg_temp as $$
  with retried as (
    update es.job j set state = 'pending', attempts = 0, due_at = now(), reason = null, message = null
      where j.company = $1 and j.stream = $2 and j.job = $3 and j.state = 'failed' returning 1)
  select exists (select from retried)
$$;

create function es.drop_job(company text, stream text, job text) returns boolean
  language sql security definer set search_path = es, pg_temp as $$
  with dropped as (
    delete from es.job j
      where j.company = $1 and j.stream = $2 and j.job = $3 and j.state = 'failed' returning 1)
  select exists (select from dropped)
$$;

create function es.forget_sealed(company text, key_id text) returns bigint
  language sql security definer set search_path = es, pg_temp as $$
  with forgotten as (
    update es.event e set sealed = null
      where e.company = $1 and e.key_id = $2 and e.sealed is not null returning 1)
  select count(*) from forgotten
$$;
