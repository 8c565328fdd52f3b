create table core.checkpoint (
  company text collate "C" not null,
  read_model text collate "C" not null,
  build integer not null,
  partition integer not null,
  position bigint not null default 0,
  read_at timestamptz not null default now(),
  primary key (company, read_model, build, partition),
  foreign key (company, read_model, build) references core.projection on delete cascade on update cascade
) with (fillfactor = 50);
comment on table core.checkpoint is 'How far a read model has read each partition; changes in the transaction of its rows.';

select core.guard('core', 'checkpoint');
