create table core.session (
  company text collate "C" not null,
  session_id text collate "C" not null,
  user_id text collate "C" not null,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  address text not null,
  agent text not null,
  ended_at timestamptz,
  ended_why text,
  primary key (company, session_id),
  foreign key (company, user_id) references core.membership on delete cascade
);
create index session_of_user on core.session (user_id, started_at);
comment on table core.session is 'One login of a user at one company: the family of refresh tokens that came from it. seen_at is the last refresh.';

select core.guard('core', 'session');
create policy own_person on core.session for select using (user_id = core.person());
create policy own_person_ends on core.session for update
  using (user_id = core.person()) with check (user_id = core.person());
