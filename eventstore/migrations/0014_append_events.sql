create function es.append_events(
  company text[], partition int[], "position" float8[], stream text[], version float8[], kind text[], type text[],
  schema_version int[], data text[], sealed bytea[], sealed_hash bytea[], key_id text[], occurred_at float8[],
  recorded_at float8[], causation text[], correlation text[], principal text[], machine_version text[],
  payload_hash bytea[], link bytea[]
) returns void language sql as $$
  insert into es.event (company, partition, position, stream, version, kind, type, schema_version, data, sealed,
      sealed_hash, key_id, occurred_at, recorded_at, causation, correlation, principal, machine_version,
      payload_hash, link)
    select e.company, e.partition, e.position::bigint, e.stream, e.version::bigint, e.kind, e.type,
      e.schema_version, e.data::json, e.sealed, e.sealed_hash, e.key_id, es.at(e.occurred_at),
      es.at(e.recorded_at), e.causation, e.correlation, e.principal, e.machine_version, e.payload_hash, e.link
    from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
      as e(company, partition, position, stream, version, kind, type, schema_version, data, sealed, sealed_hash,
      key_id, occurred_at, recorded_at, causation, correlation, principal, machine_version, payload_hash, link)
$$;
