create type es.stored as (
  company text, partition int, "position" float8, stream text, version float8, kind text, type text,
  schema_version int, data text, sealed bytea, sealed_hash bytea, key_id text, occurred_at float8,
  recorded_at float8, causation text, correlation text, principal text, machine_version text,
  payload_hash bytea, link bytea
);
