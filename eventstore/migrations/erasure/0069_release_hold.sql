create function es.release_hold(company text, subject text) returns boolean
  language sql security definer set search_path = es, pg_temp as $$
  with released as (
    delete from es.hold h where h.company = $1 and h.subject = $2 returning 1)
  select exists (select from released)
$$;

revoke all on function es.release_hold from public;
grant execute on function es.release_hold to centurion_engine;
