-- The same password, hashed anew: only if it was not changed meanwhile.
create function core.rehash_password(user_id text, old_hash text, new_hash text) returns void
  language sql security definer set search_path = core, pg_temp as $$
  update core.app_user u set password_hash = $3 where u.user_id = $1 and u.password_hash = $2
$$;

revoke all on function core.rehash_password from public;
grant execute on function core.rehash_password to centurion_engine;
