create table es.message (
  company text collate "C" not null,
  partition integer not null,
  stream text collate "C" not null,
  version bigint not null,
  number integer not null,
  to_stream text not null,
  event text not null,
  occurred_at timestamptz not null,
  primary key (company, partition, stream, version, number)
);
comment on table es.message is 'Messages between actors on their way; its place in the sender''s stream is its key at the receiver.';
