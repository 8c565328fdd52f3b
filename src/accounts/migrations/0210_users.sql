-- False when the e-mail is taken.
create function core.make_user(user_id text, email text, name text, language text, password_hash text, at timestamptz)
  returns boolean language plpgsql security definer set search_path = core, pg_temp as $$
begin
  insert into core.app_user (user_id, email, name, language, password_hash, made_at, password_changed_at)
    values ($1, $2, $3, $4, $5, $6, $6) on conflict do nothing;
  return found;
end $$;

create function core.find_user(email text) returns table (
  user_id text, email text, name text, language text, password_hash text, state text
) language sql stable security definer set search_path = core, pg_temp as $$
  select u.user_id, u.email, u.name, u.language, u.password_hash, u.state
    from core.app_user u where lower(u.email) = lower($1)
$$;

create function core.user_of(user_id text) returns table (
  user_id text, email text, name text, language text, password_hash text, state text
) language sql stable security definer set search_path = core, pg_temp as $$
  select u.user_id, u.email, u.name, u.language, u.password_hash, u.state from core.app_user u where u.user_id = $1
$$;

create function core.has_users() returns boolean
  language sql stable security definer set search_path = core, pg_temp as $$
  select exists (select from core.app_user)
$$;

create function core.set_password(user_id text, password_hash text, at timestamptz) returns boolean
  language plpgsql security definer set search_path = core, pg_temp as $$
begin
  update core.app_user u set password_hash = $2, password_changed_at = $3 where u.user_id = $1;
  return found;
end $$;

-- The same password, hashed anew: only if it was not changed meanwhile.
create function core.rehash_password(user_id text, old_hash text, new_hash text) returns void
  language sql security definer set search_path = core, pg_temp as $$
  update core.app_user u set password_hash = $3 where u.user_id = $1 and u.password_hash = $2
$$;

create function core.set_user_profile(user_id text, name text, language text) returns boolean
  language plpgsql security definer set search_path = core, pg_temp as $$
begin
  update core.app_user u set name = coalesce($2, u.name), language = coalesce($3, u.language) where u.user_id = $1;
  return found;
end $$;

create function core.set_user_state(user_id text, state text) returns boolean
  language plpgsql security definer set search_path = core, pg_temp as $$
begin
  update core.app_user u set state = $2 where u.user_id = $1;
  return found;
end $$;

create function core.note_login(user_id text, at timestamptz) returns void
  language sql security definer set search_path = core, pg_temp as $$
  update core.app_user u set logged_in_at = $2 where u.user_id = $1
$$;

-- Users of one company, by e-mail.
create function core.members(company text, after_email text, most int) returns table (
  user_id text, email text, name text, language text, user_state text, roles text[], state text,
  since float8, logged_in_at float8
) language plpgsql security definer set search_path = core, pg_temp as $$
#variable_conflict use_column
begin
  perform set_config('centurion.company', $1, true);
  return query
    select u.user_id, u.email, u.name, u.language, u.state, m.roles, m.state, es.ms(m.since), es.ms(u.logged_in_at)
      from core.membership m join core.app_user u on u.user_id = m.user_id
      where m.company = $1 and u.email collate "C" > $2 collate "C" order by u.email collate "C" limit $3;
end $$;

-- Where a user belongs, and so may log in.
create function core.memberships_of(user_id text) returns table (company text, roles text[], state text)
  language plpgsql as $$
#variable_conflict use_column
begin
  perform set_config('centurion.person', $1, true);
  return query select m.company, m.roles, m.state from core.membership m where m.user_id = $1 order by m.company;
end $$;

-- Changes of who may do what at a company wait for each other, so that no two of them take away the last admins.
create function core.lock_users(company text) returns void
  language sql as $$ select pg_advisory_xact_lock(hashtext('centurion users ' || $1)) $$;
