create table es.seal (
  number bigint primary key check (number > 0),
  sealed_at timestamptz not null,
  frontier bytea not null,
  note text not null
);
comment on table es.seal is 'Signed statements of all history up to a point; 1, 2, 3… without a hole. Spans companies.';
comment on column es.seal.frontier is 'Right edge of the Merkle tree whose leaves are the seals 1 to this one: 32 bytes for each bit of number.';
comment on column es.seal.note is 'The checkpoint of that tree as a signed note.';

alter table es.seal enable row level security;
