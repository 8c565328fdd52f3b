-- Takes the senders' keys, or refuses the batch (CE002) and names those that are known with what they got.
create function es.take_keys(company text[], stream text[], key text[], version float8[], "position" float8[])
returns void language plpgsql as $$
declare
  taken int;
  known text;
begin
  insert into es.key
    select unnest($1), unnest($2), unnest($3), unnest($4)::bigint, unnest($5)::bigint
    on conflict do nothing;
  get diagnostics taken = row_count;
  if taken = cardinality($3) then return; end if;
  -- Keys that this statement took stand there too, with the version that we gave them.
  select json_agg(json_build_array(s.company, s.stream, s.key, s.version, s.position)) into known
    from unnest($1, $2, $3, $4) as k(company, stream, key, version)
    join es.key s on s.company = k.company and s.stream = k.stream and s.key = k.key
    where s.version <> k.version::bigint;
  raise exception 'keys are known' using errcode = 'CE002', detail = coalesce(known, '[]');
end $$;

revoke all on function es.take_keys from public;
