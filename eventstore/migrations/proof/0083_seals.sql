create function es.seals(after float8, most int) returns table (
  number float8, sealed_at float8, frontier bytea, note text
) language sql stable security definer set search_path = es, pg_temp as $$
  select s.number::float8, es.ms(s.sealed_at), s.frontier, s.note
    from es.seal s where s.number > $1::bigint order by s.number limit $2
$$;

revoke all on function es.seals from public;
grant execute on function es.seals to centurion_engine;
