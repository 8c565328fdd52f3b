create table es.stopped (
  company text collate "C" not null,
  partition integer not null,
  stream text collate "C" not null,
  status text not null check (status in ('error', 'parked')),
  reason text not null,
  message text,
  version bigint not null,
  machine_version text not null,
  since timestamptz not null default now(),
  asked text check (asked in ('retry', 'move', 'close')),
  asked_by text,
  asked_why text,
  primary key (company, stream)
);
comment on table es.stopped is 'Actors that do not go on until somebody sees to them: their machine ended in an error, or they are parked.';
comment on column es.stopped.message is 'Null where it could hold what a person wrote.';
comment on column es.stopped.asked is 'What an operator asked for; the owner of the partition does it at its next look.';

alter table es.stopped enable row level security;
create policy own_company on es.stopped for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.stopped to centurion_engine;
