create table es.anchored (
  anchor text collate "C" not null,
  seal bigint not null,
  anchored_at timestamptz not null default now(),
  primary key (anchor, seal)
);
comment on table es.anchored is 'Seals that were written to a place outside this database; each place gets all of them, in order.';

alter table es.anchored enable row level security;
