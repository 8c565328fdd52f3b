create function core.user_of(user_id text) returns table (
  user_id text, email text, name text, language text, password_hash text, state text
) language sql stable security definer set search_path = core, pg_temp as $$
  select u.user_id, u.email, u.name, u.language, u.password_hash, u.state from core.app_user u where u.user_id = $1
$$;

revoke all on function core.user_of from public;
grant execute on function core.user_of to centurion_engine;
