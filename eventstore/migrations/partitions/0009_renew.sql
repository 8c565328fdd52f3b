-- False when the lease had run out: the caller must claim anew.
create function es.renew(owner text, lease_ms int) returns boolean
  language sql security definer set search_path = es, pg_temp as $$
  with renewed as (
    update es.owner o set lease_until = clock_timestamp() + lease_ms * interval '1 ms'
      where o.owner = $1 and o.lease_until > clock_timestamp() returning 1)
  select exists (select from renewed)
$$;

revoke all on function es.renew from public;
grant execute on function es.renew to centurion_engine;
