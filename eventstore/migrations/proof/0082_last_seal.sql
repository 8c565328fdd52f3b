create function es.last_seal() returns table (
  number float8, sealed_at float8, frontier bytea, note text, now float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select s.number::float8, es.ms(s.sealed_at), s.frontier, s.note, es.ms(clock_timestamp())
    from (select 1) one left join lateral (select * from es.seal order by number desc limit 1) s on true
$$;

revoke all on function es.last_seal from public;
grant execute on function es.last_seal to centurion_engine;
