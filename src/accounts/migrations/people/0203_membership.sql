create table core.membership (
  company text collate "C" not null references es.company,
  user_id text collate "C" not null references core.app_user,
  roles text[] not null check (cardinality(roles) between 1 and 10),
  state text not null default 'active' check (state in ('active', 'suspended')),
  since timestamptz not null,
  primary key (company, user_id)
);
create index membership_of_user on core.membership (user_id, company);
comment on table core.membership is 'Which user belongs to which company, and with which roles.';

select core.guard('core', 'membership');
create policy own_person on core.membership for select using (user_id = core.person());
