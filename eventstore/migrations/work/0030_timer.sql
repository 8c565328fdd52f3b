create table es.timer (
  company text collate "C" not null,
  partition integer not null,
  stream text collate "C" not null,
  timer text collate "C" not null,
  set_by bigint not null,
  due_at timestamptz not null,
  primary key (company, stream, timer)
);
create index timer_due on es.timer (company, partition, due_at);
comment on column es.timer.set_by is 'The version of the event that set it: a later timer of the same name is another one.';

alter table es.timer enable row level security;
create policy own_company on es.timer for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.timer to centurion_engine;
