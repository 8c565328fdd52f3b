-- Columns of fixed width stand first, which saves padding in every row. Names compare as bytes, faster than by a
-- language's rules and the same on every system.
create table es.event (
  company text collate "C" not null,
  partition integer not null,
  schema_version integer not null,
  position bigint not null,
  version bigint not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  stream text collate "C" not null,
  kind text collate "C" not null check (kind in ('input', 'emitted')),
  type text collate "C" not null,
  data json not null,
  sealed bytea,
  sealed_hash bytea,
  key_id text,
  causation text,
  correlation text,
  principal text not null,
  machine_version text not null,
  payload_hash bytea not null,
  link bytea not null,
  primary key (company, partition, position),
  unique (company, stream, version),
  check ((sealed_hash is null) = (key_id is null) and (sealed is null or key_id is not null))
);
comment on column es.event.data is 'The canonical text (RFC 8785) that is hashed; json keeps it to the byte, data::jsonb has the operators.';
comment on column es.event.sealed is 'Personal data under the key key_id; set to null by es.forget_sealed alone, which leaves the chain valid.';
comment on column es.event.payload_hash is 'SHA-256 of the RFC 8785 bytes of data; with sealed data, of 0x01, that hash and sealed_hash.';
comment on column es.event.link is 'SHA-256 of the previous link of the partition and this event''s leaf.';

alter table es.event enable row level security;
create policy own_company on es.event for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.event to centurion_engine;
