-- Of the seals after the first up to the second, by seal.
create function es.sealed_partitions(after float8, upto float8) returns table (
  seal float8, company text, partition int, "position" float8, frontier bytea
) language sql stable security definer set search_path = es, pg_temp as $$
  select s.seal::float8, s.company, s.partition, s.position::float8, s.frontier
    from es.sealed_partition s where s.seal > $1::bigint and s.seal <= $2::bigint
    order by s.seal, s.company, s.partition
$$;

revoke all on function es.sealed_partitions from public;
grant execute on function es.sealed_partitions to centurion_engine;
