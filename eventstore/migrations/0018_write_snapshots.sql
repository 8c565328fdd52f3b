create function es.write_snapshots(
  company text[], stream text[], version float8[], machine_version text[], state text[]
) returns void language sql as $$
  insert into es.snapshot (company, stream, version, machine_version, state)
    select s.company, s.stream, s.version::bigint, s.machine_version, s.state
    from unnest($1, $2, $3, $4, $5) as s(company, stream, version, machine_version, state)
    on conflict (company, stream) do update
      set version = excluded.version, machine_version = excluded.machine_version, state = excluded.state
$$;
