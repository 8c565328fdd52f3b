-- Puts a dead letter back to work; its owner finds it at its next look.
create function es.retry_job(company text, stream text, job text) returns boolean
  language sql security definer set search_path = es, pg_temp as $$
  with retried as (
    update es.job j set state = 'pending', attempts = 0, due_at = now(), reason = null, message = null
      where j.company = $1 and j.stream = $2 and j.job = $3 and j.state = 'failed' returning 1)
  select exists (select from retried)
$$;

revoke all on function es.retry_job from public;
grant execute on function es.retry_job to centurion_engine;
