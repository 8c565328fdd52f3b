create function es.stage_events(
  company text[], partition int[], "position" float8[], stream text[], version float8[], kind text[], type text[],
  schema_version int[], data text[], sealed bytea[], sealed_hash bytea[], key_id text[], occurred_at float8[],
  recorded_at float8[], causation text[], correlation text[], principal text[], machine_version text[],
  payload_hash bytea[], link bytea[]
) returns void language sql security definer set search_path = es, pg_temp as $$
  insert into es.staged_event (company, partition, position, stream, version, kind, type, schema_version, data,
      sealed, sealed_hash, key_id, occurred_at, recorded_at, causation, correlation, principal, machine_version,
      payload_hash, link)
    select unnest($1), unnest($2), unnest($3)::bigint, unnest($4), unnest($5)::bigint, unnest($6), unnest($7),
      unnest($8), unnest($9)::json, unnest($10), unnest($11), unnest($12), es.at(unnest($13)),
      es.at(unnest($14)), unnest($15), unnest($16), unnest($17), unnest($18), unnest($19), unnest($20)
    on conflict do nothing
$$;

revoke all on function es.stage_events from public;
grant execute on function es.stage_events to centurion_engine;
