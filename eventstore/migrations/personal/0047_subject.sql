-- A person, or whatever else an actor's personal data is about. The key is here only as the master key wraps it.
create table es.subject (
  company text collate "C" not null references es.company,
  subject text collate "C" not null,
  key_id text collate "C" not null,
  wrapped bytea,
  master_id text not null,
  created_at timestamptz not null default now(),
  erased_at timestamptz,
  primary key (company, subject),
  unique (company, key_id),
  check ((wrapped is null) = (erased_at is not null))
);
comment on column es.subject.wrapped is 'The key, AES-256-GCM under the master key master_id; null once it was destroyed.';

alter table es.subject enable row level security;
