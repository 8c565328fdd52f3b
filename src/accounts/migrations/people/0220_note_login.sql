create function core.note_login(user_id text, at timestamptz) returns void
  language sql security definer set search_path = core, pg_temp as $$
  update core.app_user u set logged_in_at = $2 where u.user_id = $1
$$;

revoke all on function core.note_login from public;
grant execute on function core.note_login to centurion_engine;
