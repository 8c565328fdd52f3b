create function core.has_users() returns boolean
  language sql stable security definer set search_path = core, pg_temp as $$
  select exists (select from core.app_user)
$$;

revoke all on function core.has_users from public;
grant execute on function core.has_users to centurion_engine;
