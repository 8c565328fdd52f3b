create table es.hold (
  company text collate "C" not null references es.company,
  subject text collate "C" not null,
  by text not null,
  reason text not null,
  since timestamptz not null default now(),
  primary key (company, subject)
);
comment on table es.hold is 'Legal holds: a person under one can''t be erased.';

alter table es.hold enable row level security;
