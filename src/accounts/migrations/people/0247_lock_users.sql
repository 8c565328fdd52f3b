-- Changes of who may do what at a company wait for each other, so that no two of them take away the last admins.
create or replace function core.lock_users(company text) returns void
  language sql as $$ select core.hold($1, 'users') $$;
