create function es.last_seal() returns table (
  number float8, sealed_at float8, frontier bytea, note text, now float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select s.number::float8, es.ms(s.sealed_at), s.frontier, s.note, es.ms(clock_timestamp())
    from (select 1) one left join lateral (select * from es.seal order by number desc limit 1) s on true
$$;

create function es.seals(after float8, most int) returns table (
  number float8, sealed_at float8, frontier bytea, note text
) language sql stable security definer set search_path = es, pg_temp as $$
  select s.number::float8, es.ms(s.sealed_at), s.frontier, s.note
    from es.seal s where s.number > $1::bigint order by s.number limit $2
$$;

-- Of the seals after the first up to the second, by seal.
create function es.sealed_partitions(after float8, upto float8) returns table (
  seal float8, company text, partition int, "position" float8, frontier bytea
) language sql stable security definer set search_path = es, pg_temp as $$
  select s.seal::float8, s.company, s.partition, s.position::float8, s.frontier
    from es.sealed_partition s where s.seal > $1::bigint and s.seal <= $2::bigint
    order by s.seal, s.company, s.partition
$$;

-- The last row of every partition, found by going from one partition to the next in the index.
create function es.sealed_by(upto float8) returns table (
  seal float8, company text, partition int, "position" float8, frontier bytea
) language sql stable security definer set search_path = es, pg_temp as $$
  with recursive place as (
    (select s.company, s.partition from es.sealed_partition s order by 1, 2 limit 1)
    union all
    select n.company, n.partition from place p cross join lateral (
      select s.company, s.partition from es.sealed_partition s
        where (s.company, s.partition) > (p.company, p.partition) order by 1, 2 limit 1) n
  )
  select s.seal::float8, s.company, s.partition, s.position::float8, s.frontier
    from place p cross join lateral (
      select * from es.sealed_partition s
        where s.company = p.company and s.partition = p.partition and s.seal <= $1::bigint
        order by s.seal desc limit 1) s
    order by s.company, s.partition
$$;

-- How far each place outside has got.
create function es.anchors() returns table (anchor text, seal float8, anchored_at float8)
  language sql stable security definer set search_path = es, pg_temp as $$
  with recursive place as (
    (select a.anchor from es.anchored a order by 1 limit 1)
    union all
    select n.anchor from place p cross join lateral (
      select a.anchor from es.anchored a where a.anchor > p.anchor order by 1 limit 1) n
  )
  select l.anchor, l.seal::float8, es.ms(l.anchored_at)
    from place p cross join lateral (
      select * from es.anchored a where a.anchor = p.anchor order by a.seal desc limit 1) l
    order by 1
$$;
