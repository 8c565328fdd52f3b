-- Puts a dead letter back to work; its owner finds it at its next look. What may have arrived, or has, stays in doubt:
-- the receipt is asked for before anything is sent again. A job of no attempts is one that a person put back.
create or replace function es.retry_job(company text, stream text, job text) returns boolean
  language sql security definer set search_path = es, pg_temp as $$
  with retried as (
    update es.job j
      set state = case when j.reason in ('inDoubt', 'wrongResult') then 'unknown' else 'pending' end,
        attempts = 0, due_at = now(), reason = null, message = null
      where j.company = $1 and j.stream = $2 and j.job = $3 and j.state = 'failed' returning 1)
  select exists (select from retried)
$$;
