create table es.owner (
  owner text primary key,
  lease_until timestamptz not null,
  started_at timestamptz not null default now()
) with (fillfactor = 50);
comment on table es.owner is 'Processes that own partitions; one row renewed by each, however many partitions it owns.';
