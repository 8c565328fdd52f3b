create table core.scratch (
  company text collate "C" not null references es.company,
  scratch text collate "C" not null check (scratch ~ '^s_[0-9a-f]{24}$'),
  as_of text not null,
  state text not null check (state in ('building', 'ready')),
  made_at timestamptz not null default now(),
  used_at timestamptz not null default now(),
  primary key (company, scratch)
);
comment on table core.scratch is 'Read models as of a past moment: each line is a schema of its own, a cache that may be dropped at any time.';

select core.guard('core', 'scratch');
