create table es.company (
  company text collate "C" primary key check (company ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  partitions integer not null check (partitions between 1 and 64),
  created_at timestamptz not null default now()
);
comment on column es.company.partitions is 'Fixed: a stream finds its partition by its name and this number.';

alter table es.company enable row level security;
create policy own_company on es.company for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.company to centurion_engine;
