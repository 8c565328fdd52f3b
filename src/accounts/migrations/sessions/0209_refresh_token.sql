create table core.refresh_token (
  company text collate "C" not null,
  session_id text collate "C" not null,
  hash bytea not null check (length(hash) = 32),
  made_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (company, session_id, hash),
  foreign key (company, session_id) references core.session on delete cascade
);
create unique index refresh_token_hash on core.refresh_token (hash);
comment on table core.refresh_token is 'Used ones stay until they would have expired, so that one that comes again is known as a replay.';

select core.guard('core', 'refresh_token');
create policy who_presents_it on core.refresh_token for select using (hash = core.presented());
