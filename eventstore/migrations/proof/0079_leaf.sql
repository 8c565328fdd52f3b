-- The text that the chain hashes (eventstore/hash.ts has the same): a JSON array without white space.
create function es.leaf(e es.event) returns bytea language sql stable parallel safe as $$
  select convert_to(
    '[' || to_json(e.company) || ',' || e.partition || ',' || e.position || ',' || to_json(e.stream) || ','
    || e.version || ',' || to_json(e.kind) || ',' || to_json(e.type) || ',' || e.schema_version || ',"'
    || encode(e.payload_hash, 'hex') || '",' || coalesce(to_json(e.key_id)::text, 'null') || ','
    || es.ms(e.occurred_at)::bigint || ',' || es.ms(e.recorded_at)::bigint || ','
    || coalesce(to_json(e.causation)::text, 'null') || ',' || coalesce(to_json(e.correlation)::text, 'null') || ','
    || to_json(e.principal) || ',' || to_json(e.machine_version) || ']', 'UTF8')
$$;
comment on function es.leaf is 'What of an event the chain covers, as the bytes that are hashed.';

revoke all on function es.leaf from public;
