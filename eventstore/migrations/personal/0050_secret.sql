create table es.secret (
  company text collate "C" not null,
  name text collate "C" not null,
  wrapped bytea not null,
  master_id text not null,
  primary key (company, name)
);
comment on table es.secret is 'Keys of a company, or of the installation (company *), AES-256-GCM under the master key master_id.';

alter table es.secret enable row level security;
