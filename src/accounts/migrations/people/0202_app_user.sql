create table core.app_user (
  user_id text collate "C" primary key,
  email text not null,
  name text not null,
  language text check (language in ('pt', 'en', 'es')),
  password_hash text not null check (password_hash like '$argon2id$%'),
  state text not null default 'active' check (state in ('active', 'suspended')),
  made_at timestamptz not null,
  password_changed_at timestamptz not null,
  logged_in_at timestamptz
);
create unique index app_user_email on core.app_user (lower(email));
comment on table core.app_user is 'Persons who may log in, of the whole installation; what they may do in a company says core.membership.';

alter table core.app_user enable row level security;
