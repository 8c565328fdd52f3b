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

create table es.subject_stream (
  company text collate "C" not null,
  stream text collate "C" not null,
  subject text collate "C" not null,
  erased_at timestamptz,
  primary key (company, stream),
  foreign key (company, subject) references es.subject
);
create index subject_streams on es.subject_stream (company, subject);
comment on table es.subject_stream is 'Which person a stream is about; a line is written before the first event that holds personal data.';
alter table es.subject_stream enable row level security;

create table es.contact (
  company text collate "C" not null,
  blind bytea not null,
  subject text collate "C" not null,
  primary key (company, blind)
);
create index contact_of on es.contact (company, subject);
comment on column es.contact.blind is 'HMAC-SHA256 of a phone number, an e-mail address or another id under the company''s index key.';
alter table es.contact enable row level security;
