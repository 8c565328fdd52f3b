create function es.add_messages(
  company text[], partition int[], stream text[], version float8[], number int[], to_stream text[], event text[],
  occurred_at float8[]
) returns void language sql as $$
  insert into es.message (company, partition, stream, version, number, to_stream, event, occurred_at)
    select m.company, m.partition, m.stream, m.version::bigint, m.number, m.to_stream, m.event,
      es.at(m.occurred_at)
    from unnest($1, $2, $3, $4, $5, $6, $7, $8)
      as m(company, partition, stream, version, number, to_stream, event, occurred_at)
$$;

create function es.finish_messages(
  company text[], partition int[], stream text[], version float8[], number int[]
) returns void language sql as $$
  delete from es.message m using unnest($1, $2, $3, $4, $5) as d(company, partition, stream, version, number)
    where m.company = d.company and m.partition = d.partition and m.stream = d.stream
      and m.version = d.version::bigint and m.number = d.number
$$;
