-- False when another process has written this number; nothing is written then.
create function es.write_seal(
  number float8, sealed_at float8, frontier bytea, note text,
  company text[], partition int[], "position" float8[], partition_frontier bytea[]
) returns boolean language plpgsql security definer set search_path = es, pg_temp as $$
begin
  if $1 is distinct from coalesce((select max(s.number) from es.seal s), 0) + 1 then return false; end if;
  insert into es.seal (number, sealed_at, frontier, note) values ($1::bigint, es.at($2), $3, $4)
    on conflict do nothing;
  if not found then return false; end if;
  insert into es.sealed_partition (company, partition, seal, position, frontier)
    select unnest($5), unnest($6), $1::bigint, unnest($7)::bigint, unnest($8);
  return true;
end $$;

revoke all on function es.write_seal from public;
grant execute on function es.write_seal to centurion_engine;
