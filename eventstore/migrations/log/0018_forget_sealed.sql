create function es.forget_sealed(company text, key_id text) returns bigint
  language sql security definer set search_path = es, pg_temp as $$
  with forgotten as (
    update es.event e set sealed = null
      where e.company = $1 and e.key_id = $2 and e.sealed is not null returning 1)
  select count(*) from forgotten
$$;

revoke all on function es.forget_sealed from public;
grant execute on function es.forget_sealed to centurion_engine;
