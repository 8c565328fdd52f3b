create table core.idempotency (
  company text collate "C" not null references es.company,
  principal text collate "C" not null check (length(principal) <= 100),
  key text collate "C" not null check (length(key) <= 200),
  request text not null,
  begun_at timestamptz not null default now(),
  answer json,
  primary key (company, principal, key)
);
create index idempotency_begun_at on core.idempotency (company, begun_at);
comment on table core.idempotency is 'Requests of the API that came with an Idempotency-Key, and what they were answered; kept for a day.';
comment on column core.idempotency.request is 'HMAC of the request under a key of the company, so that another request by the same key is found.';

select core.guard('core', 'idempotency');
