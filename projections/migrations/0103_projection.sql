create table core.projection (
  company text collate "C" not null references es.company,
  read_model text collate "C" not null,
  version integer not null,
  state text not null check (state in ('live', 'building')),
  since timestamptz not null default now(),
  primary key (company, read_model, version)
);
create unique index projection_live on core.projection (company, read_model) where state = 'live';
comment on table core.projection is 'Which version of a read model a company is served by, and which is being built beside it.';
