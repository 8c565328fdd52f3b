create function core.set_user_state(user_id text, state text) returns boolean
  language plpgsql security definer set search_path = core, pg_temp as $$
begin
  update core.app_user u set state = $2 where u.user_id = $1;
  return found;
end $$;

revoke all on function core.set_user_state from public;
grant execute on function core.set_user_state to centurion_engine;
