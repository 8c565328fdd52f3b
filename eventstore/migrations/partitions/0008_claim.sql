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

revoke all on function es.claim from public;
grant execute on function es.claim to centurion_engine;
