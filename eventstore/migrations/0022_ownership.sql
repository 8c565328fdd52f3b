create function es.create_company(company text, partitions int) returns int
  language plpgsql security definer set search_path = es, pg_temp as $$
begin
  insert into es.company (company, partitions) values ($1, $2) on conflict do nothing;
  insert into es.partition (company, partition)
    select $1, n from es.company c, generate_series(1, c.partitions) n where c.company = $1
    on conflict do nothing;
  return (select c.partitions from es.company c where c.company = $1);
end $$;

-- Takes every partition that nobody alive owns. A new epoch shuts out whoever had it before.
create function es.claim(owner text, lease_ms int, most int)
returns table (company text, partition int, epoch float8, "position" float8, head bytea, recorded_at float8)
  language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
begin
  insert into es.owner (owner, lease_until) values ($1, clock_timestamp() + lease_ms * interval '1 ms')
    on conflict (owner) do update set lease_until = excluded.lease_until;
  -- Rows of processes that died a day ago say nothing any more.
  delete from es.owner o where o.lease_until < clock_timestamp() - interval '1 day';
  return query
    update es.partition p set owner = $1, epoch = p.epoch + 1
      from (
        select f.company, f.partition from es.partition f
          left join es.owner o on o.owner = f.owner and o.lease_until > clock_timestamp()
          where o.owner is null
          order by f.company, f.partition limit $3
          for update of f skip locked
      ) free
      where p.company = free.company and p.partition = free.partition
      returning p.company, p.partition, p.epoch::float8, p.position::float8, p.head, es.ms(p.recorded_at);
end $$;

-- False when the lease had run out: the caller must claim anew.
create function es.renew(owner text, lease_ms int) returns boolean
  language sql security definer set search_path = es, pg_temp as $$
  with renewed as (
    update es.owner o set lease_until = clock_timestamp() + lease_ms * interval '1 ms'
      where o.owner = $1 and o.lease_until > clock_timestamp() returning 1)
  select exists (select from renewed)
$$;

create function es.release(owner text) returns void
  language plpgsql security definer set search_path = es, pg_temp as $$
begin
  update es.partition p set owner = null where p.owner = $1;
  delete from es.owner o where o.owner = $1;
end $$;
