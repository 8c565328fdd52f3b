create table core.projection (
  company text collate "C" not null references es.company,
  read_model text collate "C" not null,
  build integer not null,
  version integer not null,
  shape text not null,
  state text not null check (state in ('live', 'building')),
  since timestamptz not null default now(),
  primary key (company, read_model, build)
);
create unique index projection_of_state on core.projection (company, read_model, state);
comment on table core.projection is 'Which build of a read model serves a company, and which is being made beside it.';

select core.guard('core', 'projection');
