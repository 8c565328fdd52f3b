create table es.erasure (
  company text collate "C" not null references es.company,
  erasure text collate "C" not null,
  subject text collate "C" not null,
  by text not null,
  reason text not null,
  requested_at timestamptz not null default now(),
  done_at timestamptz,
  report json,
  primary key (company, erasure)
);
create unique index erasure_under_way on es.erasure (company, subject) where done_at is null;
comment on table es.erasure is 'Requests to erase a person; done when every place that held copies has answered.';

alter table es.erasure enable row level security;
