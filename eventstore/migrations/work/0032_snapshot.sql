create table es.snapshot (
  company text collate "C" not null,
  stream text collate "C" not null,
  version bigint not null,
  machine_version text not null,
  state bytea not null,
  key_id text,
  primary key (company, stream)
) with (fillfactor = 70);
comment on table es.snapshot is 'A cache of actors'' states; may be deleted at any time.';
comment on column es.snapshot.key_id is 'The key that state is sealed with; null when it is clear UTF-8.';

alter table es.snapshot enable row level security;
create policy own_company on es.snapshot for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.snapshot to centurion_engine;
