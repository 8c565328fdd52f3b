-- The account of a user who belongs nowhere any more goes: it holds a name and an e-mail, and opens nothing.
create function core.forget_homeless_user(user_id text) returns boolean
  language plpgsql security definer set search_path = core, pg_temp as $$
begin
  perform set_config('centurion.person', $1, true);
  delete from core.app_user u
    where u.user_id = $1 and not exists (select from core.membership m where m.user_id = $1);
  return found;
exception when foreign_key_violation then
  -- Just now they joined another company.
  return false;
end $$;

revoke all on function core.forget_homeless_user from public;
grant execute on function core.forget_homeless_user to centurion_engine;
