create table es.partition (
  company text collate "C" not null references es.company,
  partition integer not null,
  owner text,
  epoch bigint not null default 0,
  position bigint not null default 0,
  head bytea not null default decode(repeat('00', 32), 'hex'),
  recorded_at timestamptz not null default 'epoch',
  primary key (company, partition)
) with (fillfactor = 50);
comment on column es.partition.epoch is 'The fence: grows with every change of owner; an append of an older epoch is refused.';
comment on column es.partition.head is 'The link of the last event.';

alter table es.partition enable row level security;
create policy own_company on es.partition for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.partition to centurion_engine;
