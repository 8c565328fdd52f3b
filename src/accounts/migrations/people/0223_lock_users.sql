-- Changes of who may do what at a company wait for each other, so that no two of them take away the last admins.
create function core.lock_users(company text) returns void
  language sql as $$ select pg_advisory_xact_lock(hashtext('centurion users ' || $1)) $$;

revoke all on function core.lock_users from public;
grant execute on function core.lock_users to centurion_engine;
