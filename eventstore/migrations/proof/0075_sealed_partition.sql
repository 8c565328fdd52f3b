create table es.sealed_partition (
  company text collate "C" not null,
  partition integer not null,
  seal bigint not null,
  position bigint not null,
  frontier bytea not null,
  primary key (company, partition, seal)
);
create index sealed_partition_seal on es.sealed_partition (seal);
comment on table es.sealed_partition is 'How far a seal reaches in each partition that grew since the seal before it.';
comment on column es.sealed_partition.frontier is 'Right edge of the Merkle tree over the links 1 to position: 32 bytes for each bit of position.';

alter table es.sealed_partition enable row level security;
create policy own_company on es.sealed_partition for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.sealed_partition to centurion_engine;
