create table es.message (
  company text collate "C" not null,
  partition integer not null,
  stream text collate "C" not null,
  version bigint not null,
  number integer not null,
  to_stream text not null,
  event bytea not null,
  key_id text,
  occurred_at timestamptz not null,
  primary key (company, partition, stream, version, number)
);
comment on table es.message is 'Messages between actors on their way; its place in the sender''s stream is its key at the receiver.';
comment on column es.message.key_id is 'The key that event is sealed with; null when it is clear UTF-8.';

alter table es.message enable row level security;
create policy own_company on es.message for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.message to centurion_engine;
