-- The last position of a partition that was recorded by then, 0 when there is none. Positions and times go up together,
-- so halving finds it in a few index reads.
create function es.position_at(company text, partition int, at timestamptz) returns float8
  language plpgsql stable security definer set search_path = es, pg_temp as $$
declare
  low bigint := 0;
  high bigint;
  middle bigint;
begin
  select p.position into high from es.partition p where p.company = $1 and p.partition = $2;
  while low < coalesce(high, 0) loop
    middle := (low + high + 1) / 2;
    if (select e.recorded_at from es.event e
          where e.company = $1 and e.partition = $2 and e.position = middle) <= $3 then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $$;

revoke all on function es.position_at from public;
grant execute on function es.position_at to centurion_engine;
