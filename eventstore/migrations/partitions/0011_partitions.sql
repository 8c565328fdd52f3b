create function es.partitions(company text) returns table (
  company text, partition int, owner text, alive boolean, epoch float8, "position" float8, head bytea,
  recorded_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select p.company, p.partition, p.owner, coalesce(o.lease_until > clock_timestamp(), false), p.epoch::float8,
      p.position::float8, p.head, es.ms(p.recorded_at)
    from es.partition p left join es.owner o on o.owner = p.owner
    where $1 is null or p.company = $1
    order by p.company, p.partition
$$;

revoke all on function es.partitions from public;
grant execute on function es.partitions to centurion_engine;
