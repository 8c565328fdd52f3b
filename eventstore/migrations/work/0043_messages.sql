create function es.messages(company text[], partition int[], most int) returns table (
  company text, partition int, stream text, version float8, number int, to_stream text, event bytea,
  key_id text, occurred_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select m.company, m.partition, m.stream, m.version::float8, m.number, m.to_stream, m.event, m.key_id, es.ms(m.occurred_at)
    from unnest($1, $2) as w(company, partition)
    join es.message m on m.company = w.company and m.partition = w.partition
    order by m.company, m.partition, m.stream, m.version, m.number limit $3
$$;

revoke all on function es.messages from public;
grant execute on function es.messages to centurion_engine;
