create table core.parked (
  company text collate "C" not null,
  read_model text collate "C" not null,
  build integer not null,
  stream text collate "C" not null,
  partition integer not null,
  stream_version bigint not null,
  reason text not null,
  since timestamptz not null default now(),
  primary key (company, read_model, build, stream),
  foreign key (company, read_model, build) references core.projection on delete cascade on update cascade
);
comment on table core.parked is 'Streams that a read model can''t fold: from stream_version on they wait, the others go on.';

select core.guard('core', 'parked');
