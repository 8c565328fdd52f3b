-- False when the e-mail is taken.
create function core.make_user(user_id text, email text, name text, language text, password_hash text, at timestamptz)
  returns boolean language plpgsql security definer set search_path = core, pg_temp as $$
begin
  insert into core.app_user (user_id, email, name, language, password_hash, made_at, password_changed_at)
    values ($1, $2, $3, $4, $5, $6, $6) on conflict do nothing;
  return found;
end $$;

revoke all on function core.make_user from public;
grant execute on function core.make_user to centurion_engine;
