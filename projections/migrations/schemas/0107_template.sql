create table core.template (
  read_model text collate "C" primary key,
  version integer not null,
  shape text not null,
  made_at timestamptz not null default now()
);
comment on table core.template is 'What stands in schema template: the version and the shape of each read model; made from the code.';

alter table core.template enable row level security;
alter table core.template force row level security;
create policy for_all on core.template using (true);
grant select on core.template to centurion_engine;
