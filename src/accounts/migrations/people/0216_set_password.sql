create function core.set_password(user_id text, password_hash text, at timestamptz) returns boolean
  language plpgsql security definer set search_path = core, pg_temp as $$
begin
  update core.app_user u set password_hash = $2, password_changed_at = $3 where u.user_id = $1;
  return found;
end $$;

revoke all on function core.set_password from public;
grant execute on function core.set_password to centurion_engine;
