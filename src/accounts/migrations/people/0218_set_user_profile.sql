create function core.set_user_profile(user_id text, name text, language text) returns boolean
  language plpgsql security definer set search_path = core, pg_temp as $$
begin
  update core.app_user u set name = coalesce($2, u.name), language = coalesce($3, u.language) where u.user_id = $1;
  return found;
end $$;

revoke all on function core.set_user_profile from public;
grant execute on function core.set_user_profile to centurion_engine;
