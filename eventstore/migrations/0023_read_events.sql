create type es.stored as (
  company text, partition int, "position" float8, stream text, version float8, kind text, type text,
  schema_version int, data text, sealed bytea, sealed_hash bytea, key_id text, occurred_at float8,
  recorded_at float8, causation text, correlation text, principal text, machine_version text,
  payload_hash bytea, link bytea
);

-- Planned once: readers of the newest ask all the time, and planning took longer than their answer.
create function es.read_stream(company text, stream text, after float8, most int) returns setof es.stored
  language plpgsql stable security definer
  set search_path = es, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select e.company, e.partition, e.position::float8, e.stream, e.version::float8, e.kind, e.type,
      e.schema_version, e.data::text, e.sealed, e.sealed_hash, e.key_id, es.ms(e.occurred_at),
      es.ms(e.recorded_at), e.causation, e.correlation, e.principal, e.machine_version, e.payload_hash, e.link
    from es.event e
    where e.company = $1 and e.stream = $2 and e.version > $3::bigint
    order by e.version limit $4;
end $$;

create function es.read_partition(company text, partition int, after float8, most int) returns setof es.stored
  language plpgsql stable security definer
  set search_path = es, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select e.company, e.partition, e.position::float8, e.stream, e.version::float8, e.kind, e.type,
      e.schema_version, e.data::text, e.sealed, e.sealed_hash, e.key_id, es.ms(e.occurred_at),
      es.ms(e.recorded_at), e.causation, e.correlation, e.principal, e.machine_version, e.payload_hash, e.link
    from es.event e
    where e.company = $1 and e.partition = $2 and e.position > $3::bigint
    order by e.position limit $4;
end $$;

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
