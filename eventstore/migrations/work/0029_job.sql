create table es.job (
  company text collate "C" not null,
  partition integer not null,
  stream text collate "C" not null,
  job text collate "C" not null,
  name text not null,
  child text,
  input bytea not null,
  key_id text,
  state text not null check (state in ('pending', 'attempting', 'unknown', 'failed')),
  attempts integer not null default 0,
  first_attempt_at timestamptz,
  due_at timestamptz not null,
  reason text,
  message bytea,
  asked_at timestamptz not null,
  primary key (company, stream, job)
);
create index job_due on es.job (company, partition, due_at);
comment on table es.job is 'Work that was asked for and is not done; done jobs are events of their stream. failed is the dead letter.';
comment on column es.job.key_id is 'The key that input and message are sealed with; null when they are clear UTF-8.';

alter table es.job enable row level security;
create policy own_company on es.job for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.job to centurion_engine;
