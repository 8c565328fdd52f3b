create function es.write_snapshots(
  company text[], stream text[], version float8[], machine_version text[], state bytea[],
  key_id text[]
) returns void language plpgsql as $$
begin
  insert into es.snapshot (company, stream, version, machine_version, state, key_id)
    select unnest($1), unnest($2), unnest($3)::bigint, unnest($4), unnest($5), unnest($6)
    on conflict on constraint snapshot_pkey do update
      set version = excluded.version, machine_version = excluded.machine_version, state = excluded.state,
        key_id = excluded.key_id;
end $$;

revoke all on function es.write_snapshots from public;
