create table core.invitation (
  company text collate "C" not null references es.company,
  invitation_id text collate "C" not null,
  hash bytea not null check (length(hash) = 32),
  email text not null,
  roles text[] not null check (cardinality(roles) between 1 and 10),
  invited_by text not null,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by text,
  withdrawn_at timestamptz,
  primary key (company, invitation_id)
);
create unique index invitation_hash on core.invitation (hash);

select core.guard('core', 'invitation');
create policy who_presents_it on core.invitation for select using (hash = core.presented());
