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

revoke all on function es.sealed_by from public;
grant execute on function es.sealed_by to centurion_engine;
