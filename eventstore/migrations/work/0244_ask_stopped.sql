-- The owner of its partition does it at its next look; false when the actor is not stopped.
create function es.ask_stopped(company text, stream text, asked text, asked_by text, asked_why text)
  returns boolean language sql security definer set search_path = es, pg_temp as $$
  with found as (
    update es.stopped s set asked = $3, asked_by = $4, asked_why = $5
      where s.company = $1 and s.stream = $2 returning 1)
  select exists (select from found)
$$;

revoke all on function es.ask_stopped from public;
grant execute on function es.ask_stopped to centurion_engine;
