create table es.installation (
  one boolean primary key default true check (one),
  id uuid not null default gen_random_uuid()
);
comment on table es.installation is 'What this database is called where seals are anchored, however its host is spelt.';

insert into es.installation default values;
alter table es.installation enable row level security;
