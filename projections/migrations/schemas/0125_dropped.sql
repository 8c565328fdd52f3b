create table core.dropped (
  company text collate "C" primary key references es.company,
  dropped_at timestamptz not null default now()
);
comment on table core.dropped is 'Companies that were deleted: their events stay, their read models are not made again.';

select core.guard('core', 'dropped');
