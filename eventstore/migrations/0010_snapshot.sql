create table es.snapshot (
  company text collate "C" not null,
  stream text collate "C" not null,
  version bigint not null,
  machine_version text not null,
  state text not null,
  primary key (company, stream)
) with (fillfactor = 70);
comment on table es.snapshot is 'A cache of actors'' states; may be deleted at any time.';
