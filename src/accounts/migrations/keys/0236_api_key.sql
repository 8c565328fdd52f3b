create table core.api_key (
  company text collate "C" not null references es.company,
  key_id text collate "C" not null,
  hash bytea not null check (length(hash) = 32),
  name text not null,
  roles text[] not null check (cardinality(roles) between 1 and 10),
  scopes text[],
  per_minute integer not null check (per_minute > 0),
  per_hour integer not null check (per_hour > 0),
  made_by text not null,
  made_at timestamptz not null,
  expires_at timestamptz,
  used_at timestamptz,
  refused_at timestamptz,
  revoked_at timestamptz,
  revoked_by text,
  primary key (company, key_id)
);
create unique index api_key_hash on core.api_key (hash);
comment on column core.api_key.scopes is 'Of the rights of its roles only these, as module:verb; null is all of them.';
comment on column core.api_key.used_at is 'To the minute.';
comment on column core.api_key.refused_at is 'When it last came after it had ended, to the minute.';

select core.guard('core', 'api_key');
create policy who_presents_it on core.api_key for select using (hash = core.presented());
